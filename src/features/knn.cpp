#include "features/knn.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "core/float16.h"

namespace convlab {

namespace {

// Rows that are multiplied at once: enough for the product to run at full speed.
constexpr int64_t max_block = 1024;

struct Neighbour {
  float nearness = 0;  ///< larger is nearer
  int64_t index = 0;

  /// Of neighbours that are equally near, the first one counts as nearer.
  bool operator<(const Neighbour& other) const {
    return nearness != other.nearness ? nearness > other.nearness : index < other.index;
  }
};

/// Some rows of a data set as a matrix on the device, and Σ x² of each.
class Block {
 public:
  Block(const Dataset& data, Backend& backend)
      : data_(data),
        columns_(data.image_shape().elements()),
        upload_(backend.allocate_upload(
            static_cast<size_t>(std::min(max_block, data.size()) * columns_) * sizeof(float))) {}

  /// Loads rows `begin` to `end`; with `normalize`, divided by their length.
  void load(int64_t begin, int64_t end, bool normalize) {
    squares_.clear();
    auto* out = static_cast<float*>(upload_->host());
    for (int64_t row = begin; row < end; ++row, out += columns_) {
      const std::span<const uint8_t> stored = data_.fetch(row, stored_);
      double sum = 0;
      for (int64_t i = 0; i < columns_; ++i) {
        uint16_t half = 0;
        std::memcpy(&half, stored.data() + static_cast<size_t>(i) * sizeof half, sizeof half);
        out[i] = float_of_float16(half);
        sum += double{out[i]} * double{out[i]};
      }
      const auto scale = static_cast<float>(normalize && sum > 0 ? 1 / std::sqrt(sum) : 1);
      for (int64_t i = 0; i < columns_; ++i) out[i] *= scale;
      squares_.push_back(static_cast<float>(sum));
    }
    matrix_ = {{end - begin, columns_}, DType::f32, upload_->memory()};
    upload_->upload(matrix_.bytes());
  }

  const Tensor& matrix() const { return matrix_; }
  float squares(int64_t row) const { return squares_[static_cast<size_t>(row)]; }

 private:
  const Dataset& data_;
  int64_t columns_;
  std::unique_ptr<UploadBuffer> upload_;
  std::vector<uint8_t> stored_;
  std::vector<float> squares_;
  Tensor matrix_;
};

/// The nearest of the training samples so far, for each row of a block of queries.
using Nearest = std::vector<std::vector<Neighbour>>;

/// Keeps the k nearest of those kept and of the training samples from `first` on.
void keep_nearest(std::span<const float> products, const Block& train, int64_t first,
                  const KnnOptions& options, Nearest& nearest) {
  const auto count = static_cast<int64_t>(products.size() / nearest.size());
  const bool euclidean = options.metric == KnnMetric::euclidean;
  for (size_t q = 0; q < nearest.size(); ++q) {
    std::vector<Neighbour>& kept = nearest[q];
    const auto row = products.subspan(q * static_cast<size_t>(count), static_cast<size_t>(count));
    for (int64_t t = 0; t < count; ++t) {
      const float product = row[static_cast<size_t>(t)];
      // -|q - t|², without |q|², which is the same for all.
      kept.push_back({euclidean ? 2 * product - train.squares(t) : product, first + t});
    }
    const size_t k = std::min(static_cast<size_t>(options.k), kept.size());
    std::partial_sort(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(k), kept.end());
    kept.resize(k);
  }
}

int32_t vote(const std::vector<Neighbour>& neighbours, const Dataset& train) {
  std::map<int32_t, int64_t> votes;
  for (const Neighbour& each : neighbours) ++votes[train.label(each.index)];
  int32_t best = train.label(neighbours.front().index);
  for (const Neighbour& each : neighbours) {
    const int32_t label = train.label(each.index);
    if (votes[label] > votes[best]) best = label;
  }
  return best;
}

void check(const Dataset& train, const Dataset& queries, const KnnOptions& options) {
  for (const Dataset* data : {&train, &queries}) {
    if (data->sample_type() != DType::f16) {
      fail("[knn] {} holds images; expected features, a file that convlab features wrote",
           data->name());
    }
  }
  if (train.image_shape() != queries.image_shape() || train.classes() != queries.classes()) {
    fail("[knn] {} has features {} of {}, {} has {} of {}; expected the same", train.name(),
         train.image_shape(), counted(train.classes(), "class"), queries.name(),
         queries.image_shape(), counted(queries.classes(), "class"));
  }
  if (train.size() == 0) fail("[knn] {} has no training features", train.name());
  if (options.k < 1) fail("[knn] k is {}; expected at least 1", options.k);
}

}  // namespace

std::vector<int32_t> knn_predict(const Dataset& train, const Dataset& queries,
                                 const KnnOptions& options, Backend& backend,
                                 const std::function<void(double fraction)>& progress) {
  check(train, queries, options);
  const bool normalize = options.metric == KnnMetric::cosine;
  const GemmDesc desc{.transpose_b = true};
  Block train_block(train, backend);
  Block query_block(queries, backend);
  const auto rows = [](const Dataset& data) { return std::min(max_block, data.size()); };
  const int64_t columns = train.image_shape().elements();
  const Buffer products =
      backend.allocate(static_cast<size_t>(rows(train) * rows(queries)) * sizeof(float));
  const Buffer workspace = backend.allocate(static_cast<size_t>(
      backend.gemm_workspace(desc, {rows(queries), columns}, {rows(train), columns})));
  OpSlot slot;
  std::vector<int32_t> classes;
  for (int64_t q = 0; q < queries.size(); q += max_block) {
    const int64_t q_end = std::min(q + max_block, queries.size());
    query_block.load(q, q_end, normalize);
    Nearest nearest(static_cast<size_t>(q_end - q));
    for (int64_t t = 0; t < train.size(); t += max_block) {
      const int64_t t_end = std::min(t + max_block, train.size());
      train_block.load(t, t_end, normalize);
      const Tensor result{{q_end - q, t_end - t}, DType::f32, products.memory()};
      backend.gemm({slot, workspace.memory()}, desc, query_block.matrix(), train_block.matrix(), {},
                   result);
      const std::unique_ptr<ReadBack> read = backend.read_back(result);
      keep_nearest(read->values(), train_block, t, options, nearest);
      if (progress) {
        progress((static_cast<double>(q) + static_cast<double>(t_end) /
                                               static_cast<double>(train.size()) *
                                               static_cast<double>(q_end - q)) /
                 static_cast<double>(queries.size()));
      }
    }
    for (const auto& neighbours : nearest) classes.push_back(vote(neighbours, train));
  }
  return classes;
}

}  // namespace convlab
