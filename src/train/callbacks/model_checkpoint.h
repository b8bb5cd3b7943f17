#pragma once

#include <functional>

#include "train/callbacks/monitor.h"

namespace convlab {

/// As Keras' ModelCheckpoint.
struct ModelCheckpointOptions {
  Monitor monitor = Monitor::val_loss;
  bool save_best_only = false;
  int64_t save_freq = 0;  ///< interval in training steps; 0: at the end of each epoch

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Calls a save function after each epoch, every save_freq steps, or after each epoch that is the
/// best so far.
class ModelCheckpoint final : public Callback {
 public:
  /// Throws Error for invalid options, including save_best_only with save_freq: the best is only
  /// known at the end of an epoch.
  ModelCheckpoint(const ModelCheckpointOptions& options, std::function<void()> save);

  void step_ended(int64_t step) override;
  void epoch_ended(const EpochLogs& logs) override;
  /// Finds the best epoch so far in the history: the saved run may not have used this callback.
  void restore(const NamedNumbers& state, std::span<const EpochLogs> history) override;

 private:
  bool is_best(const EpochLogs& logs);

  ModelCheckpointOptions options_;
  std::function<void()> save_;
  int64_t best_epoch_ = 0;  // 0: none yet
  double best_ = 0;
};

}  // namespace convlab
