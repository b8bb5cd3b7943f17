#include "features/extract_features.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/float16.h"
#include "nn/global_pool2d.h"
#include "pretrained/load_pretrained.h"

namespace convlab {

namespace {

/// Rows of the file that are computed of the same images in the same way: all training images, one
/// pass of copies, or the validation images.
struct RowPass {
  const Dataset& images;
  int64_t epoch = 0;      ///< of the random changes; 0: none
  int64_t first_row = 0;  ///< in the file

  int64_t end_row() const { return first_row + images.size(); }
};

std::vector<RowPass> passes_of(const DatasetSplits& images, int64_t copies) {
  std::vector<RowPass> passes;
  int64_t row = 0;
  const auto add = [&](const Dataset& data, int64_t epoch) {
    passes.push_back({.images = data, .epoch = epoch, .first_row = row});
    row += data.size();
  };
  for (int64_t copy = 0; copy <= copies; ++copy) add(*images.train, copy);
  add(*images.test, 0);
  return passes;
}

/// Writes the rows of a batch that ends before row `end`, with empty ones for images that are not
/// in it.
void write_rows(const Batch& batch, std::span<const uint16_t> features, const RowPass& pass,
                int64_t end, FeatureWriter& writer) {
  const size_t row_numbers = features.size() / batch.indices.size();
  for (size_t i = 0; i < batch.indices.size(); ++i) {
    const int64_t row = pass.first_row + batch.indices[i];
    writer.append_unreadable(row - writer.rows());
    writer.append(features.subspan(i * row_numbers, row_numbers));
  }
  writer.append_unreadable(end - writer.rows());
}

/// Writes the rows of a pass that are missing; returns false if it was stopped.
bool run_pass(const RowPass& pass, FeatureExtractor& extractor, const ExtractOptions& options,
              FeatureWriter& writer, const std::function<bool(int64_t rows)>& proceed) {
  Loader loader(pass.images,
                {.batch = options.batch,
                 .shuffle = false,
                 .seed = options.seed,
                 .workers = options.workers,
                 .augmentation = pass.epoch > 0 ? options.augmentation : AugmentationOptions{}});
  const int64_t first_batch = (writer.rows() - pass.first_row) / options.batch;
  writer.truncate(pass.first_row + first_batch * options.batch);
  loader.start_epoch(pass.epoch, first_batch);
  Batch batch;
  while (loader.next(batch)) {
    const int64_t end =
        std::min(pass.first_row + loader.batches_done() * options.batch, pass.end_row());
    write_rows(batch, extractor.run(batch), pass, end, writer);
    if (!proceed(writer.rows())) return false;
  }
  writer.append_unreadable(pass.end_row() - writer.rows());
  return true;
}

std::vector<int32_t> labels_of(const Dataset& images, int64_t times) {
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < images.size() * times; ++i)
    labels.push_back(images.label(i % images.size()));
  return labels;
}

}  // namespace

Graph feature_graph(const WeightSet& set, std::string_view pool) {
  Graph graph = pretrained_graph(set, NetworkPart::body);
  if (pool == "avg") {
    graph.append(std::make_unique<GlobalAvgPool2d>());
  } else if (pool == "max") {
    graph.append(std::make_unique<GlobalMaxPool2d>());
  } else if (pool != "none") {
    fail("[features] unknown pooling {}; expected {}", pool, fmt::join(feature_pools, ", "));
  }
  return graph;
}

Shape feature_shape(const Graph& graph) {
  const Shape& output = graph.output_shape();
  return output.rank() == 3 ? output : Shape{1, 1, output.elements()};
}

FeatureExtractor::FeatureExtractor(Network& network, int64_t batch)
    : network_(network),
      normalization_(network.backend().allocate(
          2 * static_cast<size_t>(network.graph().input_channels()) * sizeof(float))),
      images_(network.backend().allocate_upload(
          static_cast<size_t>(network.graph().input_shape().with_batch(batch).elements()))) {
  const Graph& graph = network_.graph();
  const int64_t channels = graph.input_channels();
  const Tensor both{{2, channels}, DType::f32, normalization_.memory()};
  scale_ = both.part(0, 1).reshaped({channels});
  offset_ = both.part(1, 2).reshaped({channels});
  network_.backend().upload(graph.normalization().scales(channels).data(), scale_);
  network_.backend().upload(graph.normalization().offsets(channels).data(), offset_);
  network_.prepare(Mode::eval, batch);
}

std::vector<uint16_t> FeatureExtractor::run(const Batch& batch) {
  const Tensor input = network_.prepare(Mode::eval, batch.size());
  const Tensor images{input.shape, DType::u8, images_->memory()};
  if (batch.images.size() != images.bytes() || images.bytes() > images_->bytes()) {
    fail("[features] a batch of {} images has {} bytes; expected {}", batch.size(),
         batch.images.size(), images.bytes());
  }
  std::memcpy(images_->host(), batch.images.data(), images.bytes());
  images_->upload(images.bytes());
  network_.backend().normalize_input(images, scale_, offset_, input);
  const std::unique_ptr<ReadBack> read = network_.backend().read_back(network_.forward());
  std::vector<uint16_t> features;
  features.reserve(read->values().size());
  constexpr float limit = 65'520;  // of float16
  for (const float value : read->values()) {
    if (!(std::abs(value) < limit)) {
      fail(
          "[features] a feature is {}, but float16 holds numbers below {}: these weights do not "
          "fit the images",
          value, limit);
    }
    features.push_back(float16_of(value));
  }
  return features;
}

bool extract_features(FeatureExtractor& extractor, const DatasetSplits& images,
                      const FeatureInfo& info, const ExtractOptions& options, FeatureWriter& writer,
                      const std::function<bool(int64_t rows)>& proceed) {
  for (const RowPass& pass : passes_of(images, info.copies)) {
    if (writer.rows() >= pass.end_row()) continue;
    if (!run_pass(pass, extractor, options, writer, proceed)) return false;
  }
  writer.finish(labels_of(*images.train, 1 + info.copies), labels_of(*images.test, 1));
  return true;
}

}  // namespace convlab
