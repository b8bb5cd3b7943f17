#include "optim/rmsprop.h"

namespace convlab {

template <class Visitor>
void RmspropOptions::visit(Visitor& visitor) {
  visitor.number("rho", rho, 0, 0.999999,
                 "decay rate of the moving average of the squared gradients");
  visitor.number("momentum", momentum, 0, 1,
                 "fraction of the previous update that is added to each update");
  visitor.number("epsilon", epsilon, 1e-12, 1, "added to the denominator against division by zero");
  visitor.flag(
      "centered", centered,
      "divide by the standard deviation of the gradients instead of their root mean square");
  decay.visit(visitor);
}
template void RmspropOptions::visit(OptionReader&);
template void RmspropOptions::visit(OptionLister&);

Rmsprop::Rmsprop(const RmspropOptions& options)
    : Optimizer(options.decay), options_(checked_options("rmsprop", options)) {}

Options Rmsprop::options() const { return write_options(options_); }

void Rmsprop::update_part(Backend& backend, const Rates& rates, const Tensor& values,
                          const Tensor& grads, std::span<const Tensor> states) const {
  const RmspropDesc desc{.rho = static_cast<float>(options_.rho),
                         .momentum = static_cast<float>(options_.momentum),
                         .epsilon = static_cast<float>(options_.epsilon),
                         .weight_decay = rates.weight_decay,
                         .learning_rate_factor = rates.learning_rate_factor};
  backend.rmsprop_update(desc, values, grads, states[0], has_momentum() ? states[1] : Tensor{},
                         options_.centered ? states.back() : Tensor{});
}

}  // namespace convlab
