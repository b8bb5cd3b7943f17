#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "backend/backend.h"
#include "data/augment/augmentation_options.h"
#include "data/loader.h"
#include "features/feature_writer.h"
#include "nn/network.h"

namespace convlab {

/// Returns the layers of a pretrained network before its classifier, followed by the pooling `pool`
/// (feature_pools), and with the shape of the features as its output or, with a pooling, their
/// number. Throws Error for an unknown pooling.
Graph feature_graph(const WeightSet& set, std::string_view pool);
/// Returns the shape of the features, (height, width, channels).
Shape feature_shape(const Graph& graph);

/// Computes the features of images with a network whose weights are loaded.
class FeatureExtractor {
 public:
  /// For batches of up to `batch` images. The network must outlive the extractor. Throws Error if
  /// there is not enough memory.
  FeatureExtractor(Network& network, int64_t batch);

  /// Returns the features of a batch of bytes as float16, image by image. Throws Error for features
  /// that are too large for it.
  std::vector<uint16_t> run(const Batch& batch);

 private:
  Network& network_;
  Buffer normalization_;  // scales, then offsets
  Tensor scale_;
  Tensor offset_;
  std::unique_ptr<UploadBuffer> images_;
};

struct ExtractOptions {
  int64_t batch = 8;
  AugmentationOptions augmentation;     ///< of the copies
  uint64_t seed = 1;                    ///< likewise
  std::shared_ptr<WorkerPool> workers;  ///< that decode images; null: none
};

/// Writes the features of all rows that `writer` does not have yet, and returns whether it is
/// finished: `proceed`, which is given the number of rows that are done after each batch, can stop
/// it by returning false. `images` are prepared for the network (with_preprocessing). Images that
/// cannot be read get rows without a label. Throws Error if none can be read for long (Loader), and
/// those of FeatureWriter.
bool extract_features(FeatureExtractor& extractor, const DatasetSplits& images,
                      const FeatureInfo& info, const ExtractOptions& options, FeatureWriter& writer,
                      const std::function<bool(int64_t rows)>& proceed);

}  // namespace convlab
