#include "optim/sgd.h"

namespace convlab {

template <class Visitor>
void SgdOptions::visit(Visitor& visitor) {
  visitor.number("momentum", momentum, 0, 1);
  visitor.flag("nesterov", nesterov);
  decay.visit(visitor);
}
template void SgdOptions::visit(OptionReader&);

Sgd::Sgd(const SgdOptions& options)
    : Optimizer(options.decay), options_(checked_options("sgd", options)) {}

Options Sgd::options() const { return write_options(options_); }

void Sgd::update_part(Backend& backend, float weight_decay, const Tensor& values,
                      const Tensor& grads, std::span<const Tensor> states) const {
  const SgdDesc desc{.momentum = static_cast<float>(options_.momentum),
                     .nesterov = options_.nesterov,
                     .weight_decay = weight_decay};
  backend.sgd_update(desc, values, grads, states.empty() ? Tensor{} : states[0]);
}

}  // namespace convlab
