#include "optim/adagrad.h"

namespace convlab {

template <class Visitor>
void AdagradOptions::visit(Visitor& visitor) {
  visitor.number("initial_accumulator_value", initial_accumulator_value, 0, 1e6,
                 "initial sum of the squared gradients");
  visitor.number("epsilon", epsilon, 1e-12, 1, "added to the denominator against division by zero");
  decay.visit(visitor);
}
template void AdagradOptions::visit(OptionReader&);
template void AdagradOptions::visit(OptionLister&);

Adagrad::Adagrad(const AdagradOptions& options)
    : Optimizer(options.decay), options_(checked_options("adagrad", options)) {}

Options Adagrad::options() const { return write_options(options_); }

void Adagrad::update_part(Backend& backend, const Rates& rates, const Tensor& values,
                          const Tensor& grads, std::span<const Tensor> states) const {
  const AdagradDesc desc{.epsilon = static_cast<float>(options_.epsilon),
                         .weight_decay = rates.weight_decay,
                         .learning_rate_factor = rates.learning_rate_factor};
  backend.adagrad_update(desc, values, grads, states[0]);
}

}  // namespace convlab
