#pragma once

#include <optional>

#include "optim/schedules/schedule.h"

namespace convlab {

/// As Keras' ReduceLROnPlateau, which watches val_loss; PyTorch's min_delta (threshold) is a
/// fraction of the best loss.
struct ReduceOnPlateauOptions {
  double factor = 0.1;
  int64_t patience = 10;    ///< epochs without improvement until the rate falls
  double min_delta = 1e-4;  ///< what counts as improvement
  int64_t cooldown = 0;     ///< epochs after a fall in which nothing is counted
  double min_lr = 0;        ///< the rate itself, not a fraction

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// The base rate, multiplied by `factor` whenever the validation loss has stopped falling.
class ReduceOnPlateau final : public Schedule {
 public:
  ReduceOnPlateau(const ReduceOnPlateauOptions& options, const RunLength&);

  std::string_view kind() const override { return "plateau"; }
  Options options() const override;
  double rate(double base, int64_t step) const override;
  void epoch_ended(double val_loss) override;
  /// reductions, wait, cooldown, and best once there was an epoch.
  NamedNumbers state() const override;
  void restore(const NamedNumbers& state) override;

 private:
  ReduceOnPlateauOptions options_;
  int64_t reductions_ = 0;
  int64_t wait_ = 0;
  int64_t cooldown_ = 0;  // epochs still to go
  std::optional<double> best_;
};

}  // namespace convlab
