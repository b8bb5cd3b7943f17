#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "data/augment/augmentation_options.h"
#include "data/loader.h"
#include "features/feature_rows.h"
#include "nn/network.h"
#include "pretrained/load_pretrained.h"

namespace convlab {

/// Returns the layers of a pretrained network before its classifier, followed by the pooling `pool`
/// (feature_pools), and with the shape of the features as its output or, with a pooling, their
/// number. Throws Error for an unknown pooling.
Graph feature_graph(const WeightSet& set, std::string_view pool);
/// Returns the shape of the features, (height, width, channels).
Shape feature_shape(const Graph& graph);

/// Returns what a file with the features of a data set's images holds, without changed copies, as a
/// backend computes them with `graph`, of feature_graph.
FeatureInfo describe_features(const OpenedWeights& weights, std::string_view pool,
                              const Backend& backend, const DatasetSplits& data,
                              const Graph& graph);

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

/// Computes the features of a data set batch by batch, beginning with the first row that `rows`
/// does not have yet, and finishes the file.
class FeatureExtraction {
 public:
  /// `images` are prepared for the network (with_preprocessing). All but `images` must outlive the
  /// extraction.
  FeatureExtraction(FeatureExtractor& extractor, DatasetSplits images, const FeatureInfo& info,
                    ExtractOptions options, FeatureRows& rows);

  /// Writes the rows of the next batch; returns whether it was the last one. Images that cannot be
  /// read get rows without a label. Throws Error if none can be read for long (Loader), and those
  /// of FeatureRows.
  bool advance();

 private:
  /// Rows of the file that are computed of the same images in the same way: all training images,
  /// one pass of copies, or the validation images.
  struct Pass {
    const Dataset* images = nullptr;
    int64_t epoch = 0;      ///< of the random changes; 0: none
    int64_t first_row = 0;  ///< in the file

    int64_t end_row() const { return first_row + images->size(); }
  };
  bool begin_pass();
  void write_rows(int64_t end);

  FeatureExtractor& extractor_;
  DatasetSplits images_;
  ExtractOptions options_;
  FeatureRows& rows_;
  int64_t copies_;
  std::vector<Pass> passes_;
  size_t pass_ = 0;
  std::unique_ptr<Loader> loader_;  // of the pass
  Batch batch_;
};

}  // namespace convlab
