#include "optim/adam.h"

namespace convlab {

template <class Visitor>
void AdamOptions::visit(Visitor& visitor) {
  visitor.number("beta1", beta1, 0, 0.999999);
  visitor.number("beta2", beta2, 0, 0.999999);
  visitor.number("epsilon", epsilon, 1e-12, 1);
}
template void AdamOptions::visit(OptionReader&);

template <class Visitor>
void AdamWOptions::visit(Visitor& visitor) {
  AdamOptions adam{beta1, beta2, epsilon};
  adam.visit(visitor);
  beta1 = adam.beta1;
  beta2 = adam.beta2;
  epsilon = adam.epsilon;
  visitor.number("weight_decay", weight_decay, 0, 1);
}
template void AdamWOptions::visit(OptionReader&);

Adam::Adam(const AdamOptions& options)
    : options_{checked_options("adam", options).beta1, options.beta2, options.epsilon, 0},
      decays_(false) {}

Adam::Adam(const AdamWOptions& options)
    : options_(checked_options("adamw", options)), decays_(true) {}

Options Adam::options() const {
  if (decays_) return write_options(options_);
  return write_options(AdamOptions{options_.beta1, options_.beta2, options_.epsilon});
}

void Adam::update(Backend& backend, const Tensor& values, const Tensor& grads,
                  std::span<const Tensor> states) const {
  const AdamDesc desc{.beta1 = static_cast<float>(options_.beta1),
                      .beta2 = static_cast<float>(options_.beta2),
                      .epsilon = static_cast<float>(options_.epsilon),
                      .weight_decay = static_cast<float>(options_.weight_decay)};
  backend.adam_update(desc, values, grads, states[0], states[1]);
}

}  // namespace convlab
