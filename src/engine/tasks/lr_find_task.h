#pragma once

#include <memory>
#include <optional>

#include "data/loader.h"
#include "engine/requests.h"
#include "engine/tasks/task.h"
#include "io/model_file.h"
#include "train/range_test.h"

namespace convlab {

/// Looks for a learning rate by a range test of `graph` on the training images; see
/// FindLearningRate. Passes over the images as often as its steps need.
class LrFindTask final : public Task {
 public:
  /// The backend must outlive the task. Throws Error for the same reasons as Run and RangeTester,
  /// and unless all images have arrived.
  /// The network begins with the weights of `model`, of the same graph; null: with random ones.
  LrFindTask(const FindLearningRate& request, Graph graph,
             const std::shared_ptr<const ModelFile>& model, std::shared_ptr<const Dataset> train,
             std::shared_ptr<WorkerPool> workers, Backend& backend);

  bool advance() override;
  double progress() const override;
  Result result() override;

 private:
  int64_t steps_;
  std::shared_ptr<const Dataset> train_;
  std::optional<Network> network_;
  std::optional<Trainer> trainer_;
  std::optional<RangeTester> tester_;
  std::optional<Loader> loader_;
  int64_t epoch_ = 0;
  Batch batch_;
};

}  // namespace convlab
