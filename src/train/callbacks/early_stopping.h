#pragma once

#include <optional>

#include "train/callbacks/monitor.h"
#include "train/callbacks/weights_copy.h"
#include "train/trainer.h"

namespace convlab {

/// As Keras' EarlyStopping.
struct EarlyStoppingOptions {
  Monitor monitor = Monitor::val_loss;
  double min_delta = 0;               ///< min change that counts as an improvement
  int64_t patience = 0;               ///< epochs without improvement before training stops
  bool restore_best_weights = false;  ///< restores those of the best epoch at the end
  int64_t start_from_epoch = 0;       ///< number of first epochs that are ignored

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Stops a training that no longer improves (Prechelt 1998). restore_best_weights restores the
/// weights that the evaluation of the best epoch used, at the end of the training, even if it ran
/// for all epochs.
class EarlyStopping final : public Callback {
 public:
  /// The trainer must outlive it. Throws Error for options out of range.
  EarlyStopping(const EarlyStoppingOptions& options, Trainer& trainer);

  void train_began() override;
  void epoch_ended(const EpochLogs& logs) override;
  void train_ended() override;
  std::string stop_reason() const override;
  int64_t restored_epoch() const override;
  NamedNumbers state() const override;
  void restore(const NamedNumbers& state, std::span<const EpochLogs> history) override;
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
