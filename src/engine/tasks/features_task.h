#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "data/worker_pool.h"
#include "engine/requests.h"
#include "engine/tasks/task.h"
#include "features/extract_features.h"
#include "pretrained/load_pretrained.h"

namespace convlab {

/// Computes the features of some images of each class with a pretrained network.
class FeaturesTask final : public Task {
 public:
  /// `images` as they are stored; those that have not arrived yet are waited for. `began` is called
  /// when they are here, with the features as a data set that grows. The backend must outlive the
  /// task. Throws Error for images that have no pixels, an unknown pooling, an invalid name,
  /// weights that are not whole, and if there is not enough memory.
  FeaturesTask(const ExtractFeatures& request, OpenedWeights weights, DatasetSplits images,
               Backend& backend, std::shared_ptr<WorkerPool> workers, std::function<double()> now,
               std::function<void(const DatasetSplits&)> began);

  bool advance() override;
  /// Its images may come only as long as the run needs them.
  bool uses_run() const override { return !work_; }
  bool is_waiting() const override { return !work_ && !have_arrived(); }
  double progress() const override;
  Result result() override;

 private:
  /// What is made once the images have arrived.
  struct Work {
    Work(FeatureExtractor& extractor, DatasetSplits images, FeatureInfo described,
         std::shared_ptr<WorkerPool> workers);
    FeatureInfo info;
    FeatureMemory rows;
    FeatureExtraction extraction;
  };
  bool have_arrived() const;
  std::unique_ptr<Work> begin();

  OpenedWeights weights_;
  std::string pool_;
  std::string data_name_;
  int64_t images_per_class_;
  DatasetSplits images_;
  std::shared_ptr<WorkerPool> workers_;
  std::function<double()> now_;
  std::function<void(const DatasetSplits&)> began_;
  Network network_;
  FeatureExtractor extractor_;
  std::unique_ptr<Work> work_;
  double seconds_ = 0;
};

}  // namespace convlab
