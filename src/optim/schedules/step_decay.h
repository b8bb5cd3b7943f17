#pragma once

#include "optim/schedules/schedule.h"

namespace convlab {

/// gamma has PyTorch's default; Keras has none.
struct StepDecayOptions {
  double gamma = 0.1;
  double epochs = 0;  ///< length of a step; 0: a third of the run

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// base · gamma^⌊step / n⌋: PyTorch's StepLR, or Keras' ExponentialDecay with staircase=True.
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
