#pragma once

#include <optional>

#include "train/callbacks/monitor.h"
#include "train/callbacks/weights_copy.h"
#include "train/trainer.h"

namespace convlab {

/// As Keras' EarlyStopping.
struct EarlyStoppingOptions {
  Monitor monitor = Monitor::val_loss;
  double min_delta = 0;               ///< what counts as an improvement
  int64_t patience = 0;               ///< epochs without one, after which training ends
  bool restore_best_weights = false;  ///< at the end those of the best epoch come back
  int64_t start_from_epoch = 0;       ///< epochs at the start that are not watched

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Ends a training that no longer improves (Prechelt 1998). Restoring takes the best weights that
/// evaluation saw; it happens at the end of the training, also when all its epochs were needed.
class EarlyStopping final : public Callback {
 public:
  /// The trainer must outlive it. Throws Error for options out of range.
  EarlyStopping(const EarlyStoppingOptions& options, Trainer& trainer);

  void train_began() override;
  void epoch_ended(const EpochLogs& logs) override;
  void train_ended() override;
  std::string stop_reason() const override;
  NamedNumbers state() const override;
  void restore(const NamedNumbers& state) override;
  std::vector<Tensor> tensors() const override;

 private:
  EarlyStoppingOptions options_;
  Trainer& trainer_;
  std::optional<WeightsCopy> weights_;
  int64_t wait_ = 0;
  int64_t best_epoch_ = 0;  // 0: none yet
  double best_ = 0;
  bool stopped_ = false;
  bool ended_ = false;
};

}  // namespace convlab
