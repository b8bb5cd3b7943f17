#pragma once

#include "optim/schedules/schedule.h"

namespace convlab {

/// Keras and PyTorch have no defaults.
struct ExponentialDecayOptions {
  double gamma = 0.9;
  double epochs = 1;  ///< in which the rate falls by gamma

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// base · gamma^(step / n), falling in every step: Keras' ExponentialDecay; PyTorch's ExponentialLR
/// falls once an epoch.
class ExponentialDecay final : public Schedule {
 public:
  ExponentialDecay(const ExponentialDecayOptions& options, const RunLength& length);

  std::string_view kind() const override { return "exponential"; }
  Options options() const override;
  double rate(double base, int64_t step) const override;

 private:
  ExponentialDecayOptions options_;
  int64_t steps_;
};

}  // namespace convlab
