#include "optim/sgd.h"

namespace convlab {

template <class Visitor>
void SgdOptions::visit(Visitor& visitor) {
  visitor.number("momentum", momentum, 0, 1,
                 "fraction of the previous update that is added to each update");
  visitor.flag("nesterov", nesterov, "Nesterov's form of momentum");
  decay.visit(visitor);
}
template void SgdOptions::visit(OptionReader&);
template void SgdOptions::visit(OptionLister&);

Sgd::Sgd(const SgdOptions& options)
    : Optimizer(options.decay), options_(checked_options("sgd", options)) {}

Options Sgd::options() const { return write_options(options_); }

void Sgd::update_part(Backend& backend, const Rates& rates, const Tensor& values,
                      const Tensor& grads, std::span<const Tensor> states) const {
  const SgdDesc desc{.momentum = static_cast<float>(options_.momentum),
                     .nesterov = options_.nesterov,
                     .weight_decay = rates.weight_decay,
                     .learning_rate_factor = rates.learning_rate_factor};
  backend.sgd_update(desc, values, grads, states.empty() ? Tensor{} : states[0]);
}

}  // namespace convlab
