#pragma once

#include <optional>

#include "optim/schedules/schedule.h"

namespace convlab {

/// Options as in Keras' ReduceLROnPlateau, monitoring val_loss. PyTorch's min_delta (threshold) is
/// relative to the best loss.
struct ReduceOnPlateauOptions {
  double factor = 0.1;
  int64_t patience = 10;    ///< epochs without improvement before the rate is reduced
  double min_delta = 1e-4;  ///< min decrease of the loss that counts as improvement
  int64_t cooldown = 0;     ///< epochs after a reduction that do not count for patience
  double min_lr = 0;        ///< lower bound of the rate, absolute

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Multiplies the rate by `factor` whenever the validation loss has stopped improving.
class ReduceOnPlateau final : public Schedule {
 public:
  ReduceOnPlateau(const ReduceOnPlateauOptions& options, const RunLength&);

  std::string_view kind() const override { return "plateau"; }
  Options options() const override;
  double rate(double base, int64_t step) const override;
  void epoch_ended(double val_loss) override;
  /// reductions, wait, cooldown and, after the first epoch, best.
  NamedNumbers state() const override;
  void restore(const NamedNumbers& state) override;

 private:
  ReduceOnPlateauOptions options_;
  int64_t reductions_ = 0;
  int64_t wait_ = 0;
  int64_t cooldown_ = 0;  // epochs left
  std::optional<double> best_;
};

}  // namespace convlab
