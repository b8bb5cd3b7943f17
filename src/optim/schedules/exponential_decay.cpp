#include "optim/schedules/exponential_decay.h"

#include <cmath>

namespace convlab {

template <class Visitor>
void ExponentialDecayOptions::visit(Visitor& visitor) {
  visitor.number("gamma", gamma, 1e-6, 1, "factor of the learning rate");
  visitor.number("epochs", epochs, 0, 100000,
                 "epochs after which the rate has been multiplied by gamma; 0: the whole run");
}
template void ExponentialDecayOptions::visit(OptionReader&);
template void ExponentialDecayOptions::visit(OptionLister&);

ExponentialDecay::ExponentialDecay(const ExponentialDecayOptions& options, const RunLength& length)
    : options_(checked_options("exponential", options)),
      steps_(steps_of(options.epochs, length, length.steps)) {}

Options ExponentialDecay::options() const { return write_options(options_); }

double ExponentialDecay::rate(double base, int64_t step) const {
  return base * std::pow(options_.gamma, static_cast<double>(step) / static_cast<double>(steps_));
}

}  // namespace convlab
