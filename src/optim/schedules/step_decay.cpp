#include "optim/schedules/step_decay.h"

#include <cmath>

namespace convlab {

template <class Visitor>
void StepDecayOptions::visit(Visitor& visitor) {
  visitor.number("gamma", gamma, 1e-6, 1, "factor of the learning rate at each step");
  visitor.number("epochs", epochs, 0, 100000, "epochs between two steps; 0: a third of the run");
}
template void StepDecayOptions::visit(OptionReader&);
template void StepDecayOptions::visit(OptionLister&);

StepDecay::StepDecay(const StepDecayOptions& options, const RunLength& length)
    : options_(checked_options("step", options)),
      steps_(steps_of(options.epochs, length, (length.steps + 2) / 3)) {}

Options StepDecay::options() const { return write_options(options_); }

double StepDecay::rate(double base, int64_t step) const {
  const int64_t decays = step / steps_;
  return base * std::pow(options_.gamma, static_cast<double>(decays));
}

}  // namespace convlab
