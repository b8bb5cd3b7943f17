#pragma once

#include "optim/schedules/schedule.h"

namespace convlab {

/// gamma is PyTorch's default; Keras has none.
struct StepDecayOptions {
  double gamma = 0.1;
  double epochs = 0;  ///< 0: a third of the run

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// base · gamma^⌊step / n⌋: PyTorch's StepLR, Keras' ExponentialDecay with staircase.
class StepDecay final : public Schedule {
 public:
  StepDecay(const StepDecayOptions& options, const RunLength& length);

  std::string_view kind() const override { return "step"; }
  Options options() const override;
  double rate(double base, int64_t step) const override;

 private:
  StepDecayOptions options_;
  int64_t steps_;
};

}  // namespace convlab
