#include "optim/adam.h"

namespace convlab {

template <class Visitor>
void AdamOptions::visit(Visitor& visitor) {
  visitor.number("beta1", beta1, 0, 0.999999, "decay rate of the moving average of the gradients");
  visitor.number("beta2", beta2, 0, 0.999999,
                 "decay rate of the moving average of the squared gradients");
  visitor.number("epsilon", epsilon, 1e-12, 1, "added to the denominator against division by zero");
  decay.visit(visitor);
}
template void AdamOptions::visit(OptionReader&);
template void AdamOptions::visit(OptionLister&);

Adam::Adam(std::string_view kind, const AdamOptions& options)
    : Optimizer(options.decay), kind_(kind), options_(checked_options(kind, options)) {}

Options Adam::options() const { return write_options(options_); }

void Adam::update_part(Backend& backend, const Rates& rates, const Tensor& values,
                       const Tensor& grads, std::span<const Tensor> states) const {
  const AdamDesc desc{.beta1 = static_cast<float>(options_.beta1),
                      .beta2 = static_cast<float>(options_.beta2),
                      .epsilon = static_cast<float>(options_.epsilon),
                      .weight_decay = rates.weight_decay,
                      .learning_rate_factor = rates.learning_rate_factor};
  backend.adam_update(desc, values, grads, states[0], states[1]);
}

}  // namespace convlab
