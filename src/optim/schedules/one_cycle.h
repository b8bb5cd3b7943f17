#pragma once

#include "optim/schedules/schedule.h"

namespace convlab {

enum class Anneal : uint8_t { cos, linear };

/// Options as in PyTorch's OneCycleLR; max_lr is the base rate.
struct OneCycleOptions {
  double epochs = 0;       ///< length of the cycle; 0: the whole run
  double pct_start = 0.3;  ///< fraction of the cycle in which the rate increases
  Anneal anneal_strategy = Anneal::cos;
  double div_factor = 25;         ///< base / first rate
  double final_div_factor = 1e4;  ///< first rate / last rate
  bool three_phase = false;       ///< first falls back symmetrically, then to the last rate

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Increases from a low rate to the base rate, then decreases to nearly 0 (Smith and Topin 2018).
/// The optimizer's momentum does not change (PyTorch's cycle_momentum=False). Steps after the end
/// of the cycle start a new cycle, where PyTorch raises an error.
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
