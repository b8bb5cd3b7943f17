#include "features/extract_features.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "backend/winograd_key.h"
#include "core/error.h"
#include "core/float16.h"
#include "nn/global_pool2d.h"
#include "pretrained/load_pretrained.h"

namespace convlab {

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

FeatureInfo describe_features(const OpenedWeights& weights, std::string_view pool,
                              const Backend& backend, const DatasetSplits& data,
                              const Graph& graph) {
  return {.backbone = weights.set.name,
          .weights = weights.sha256,
          .preprocessing = preprocessing_text(weights.set),
          .pool = std::string(pool),
          .backend = std::string(backend.name()),
          .winograd = winograd_key(backend),
          .data = data.train->name(),
          .data_key = data_key(data),
          .shape = feature_shape(graph),
          .class_names = data.train->class_names(),
          .train = data.train->size(),
          .validation = data.test->size()};
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

FeatureExtraction::FeatureExtraction(FeatureExtractor& extractor, DatasetSplits images,
                                     const FeatureInfo& info, ExtractOptions options,
                                     FeatureRows& rows)
    : extractor_(extractor),
      images_(std::move(images)),
      options_(std::move(options)),
      rows_(rows),
      copies_(info.copies) {
  int64_t row = 0;
  const auto add = [&](const Dataset& data, int64_t epoch) {
    passes_.push_back({.images = &data, .epoch = epoch, .first_row = row});
    row += data.size();
  };
  for (int64_t copy = 0; copy <= copies_; ++copy) add(*images_.train, copy);
  add(*images_.test, 0);
}

/// Begins the next pass of which rows are missing; returns false if there is none.
bool FeatureExtraction::begin_pass() {
  while (pass_ < passes_.size() && rows_.rows() >= passes_[pass_].end_row()) ++pass_;
  if (pass_ == passes_.size()) return false;
  const Pass& pass = passes_[pass_];
  loader_ = std::make_unique<Loader>(
      *pass.images, LoaderOptions{.batch = options_.batch,
                                  .shuffle = false,
                                  .seed = options_.seed,
                                  .workers = options_.workers,
                                  .augmentation = pass.epoch > 0 ? options_.augmentation
                                                                 : AugmentationOptions{}});
  const int64_t first_batch = (rows_.rows() - pass.first_row) / options_.batch;
  rows_.truncate(pass.first_row + first_batch * options_.batch);
  loader_->start_epoch(pass.epoch, first_batch);
  return true;
}

/// Writes the rows of the batch, which ends before row `end`, with empty ones for images that are
/// not in it.
void FeatureExtraction::write_rows(int64_t end) {
  const std::vector<uint16_t> features = extractor_.run(batch_);
  const size_t row_numbers = features.size() / batch_.indices.size();
  for (size_t i = 0; i < batch_.indices.size(); ++i) {
    const int64_t row = passes_[pass_].first_row + batch_.indices[i];
    rows_.append_unreadable(row - rows_.rows());
    rows_.append(std::span(features).subspan(i * row_numbers, row_numbers));
  }
  rows_.append_unreadable(end - rows_.rows());
}

bool FeatureExtraction::advance() {
  if (!loader_ && !begin_pass()) {
    rows_.finish(row_labels(*images_.train, copies_), row_labels(*images_.test));
    return true;
  }
  const Pass& pass = passes_[pass_];
  if (loader_->next(batch_)) {
    write_rows(std::min(pass.first_row + loader_->batches_done() * options_.batch, pass.end_row()));
  } else {
    rows_.append_unreadable(pass.end_row() - rows_.rows());
    loader_.reset();
  }
  return false;
}

}  // namespace convlab
