#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/loader.h"
#include "engine/tasks/task.h"
#include "train/trainer.h"

namespace convlab {

/// Evaluates a network on labelled images, a batch in each slice.
class EvaluateTask final : public Task {
 public:
  /// top_k is limited to the number of classes. Trainer and images must outlive the task. Throws
  /// Error unless all images have arrived, and for top_k below 1.
  EvaluateTask(Trainer& trainer, const Dataset& images, int64_t batch, int64_t top_k,
               std::shared_ptr<WorkerPool> workers, std::function<double()> now);

  bool advance() override;
  double progress() const override;
  Result result() override;

 private:
  Trainer& trainer_;
  const Dataset& images_;
  std::function<double()> now_;
  Loader loader_;
  MetricSums sums_;
  ClassificationSums classes_;
  Batch batch_;
  double seconds_ = 0;
};

}  // namespace convlab
