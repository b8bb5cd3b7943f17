#pragma once

#include "optim/schedules/schedule.h"

namespace convlab {

enum class Anneal : uint8_t { cos, linear };

/// As PyTorch's OneCycleLR, whose max_lr is the base rate.
struct OneCycleOptions {
  double epochs = 0;       ///< 0: the run
  double pct_start = 0.3;  ///< the fraction in which the rate rises
  Anneal anneal_strategy = Anneal::cos;
  double div_factor = 25;         ///< base / first rate
  double final_div_factor = 1e4;  ///< first rate / last rate
  bool three_phase = false;       ///< falls as it rose, then on to the last rate

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Up from a low rate to the base and down to almost nothing (Smith and Topin 2018). The
/// optimizer's momentum stays as it is (PyTorch's cycle_momentum=False). Steps beyond begin a new
/// cycle, where PyTorch fails.
class OneCycle final : public Schedule {
 public:
  OneCycle(const OneCycleOptions& options, const RunLength& length);

  std::string_view kind() const override { return "one_cycle"; }
  Options options() const override;
  double rate(double base, int64_t step) const override;

 private:
  OneCycleOptions options_;
  int64_t steps_;
};

}  // namespace convlab
