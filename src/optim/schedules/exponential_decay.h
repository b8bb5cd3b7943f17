#pragma once

#include "optim/schedules/schedule.h"

namespace convlab {

/// These defaults are our own: Keras and PyTorch have none.
struct ExponentialDecayOptions {
  double gamma = 0.9;
  double epochs = 1;  ///< after which the rate is multiplied by gamma

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// base · gamma^(step / n), decreasing in every step as in Keras' ExponentialDecay; PyTorch's
/// ExponentialLR decreases once per epoch.
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
