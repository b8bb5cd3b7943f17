#pragma once

#include <functional>

#include "train/callbacks/monitor.h"

namespace convlab {

/// As Keras' ModelCheckpoint.
struct ModelCheckpointOptions {
  Monitor monitor = Monitor::val_loss;
  bool save_best_only = false;
  int64_t save_freq = 0;  ///< every so many training steps; 0: at the end of each epoch

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Calls a function that saves, each epoch, every so many steps, or after each epoch that was the
/// best so far.
class ModelCheckpoint final : public Callback {
 public:
  /// Throws Error for options that cannot be: the best is known at the end of an epoch only.
  ModelCheckpoint(const ModelCheckpointOptions& options, std::function<void()> save);

  void step_ended(int64_t step) override;
  void epoch_ended(const EpochLogs& logs) override;
  NamedNumbers state() const override;
  /// Without a state of its own it begins anew: the run before may have had no such callback.
  void restore(const NamedNumbers& state) override;

 private:
  ModelCheckpointOptions options_;
  std::function<void()> save_;
  int64_t best_epoch_ = 0;  // 0: none yet
  double best_ = 0;
};

}  // namespace convlab
