#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "data/dataset.h"

namespace convlab {

/// How near two vectors of features are: by the angle between them, or by their distance.
enum class KnnMetric : uint8_t { cosine, euclidean };
inline constexpr std::array<std::string_view, 2> knn_metrics{"cosine", "euclidean"};

struct KnnOptions {
  int64_t k = 10;  ///< neighbours that vote; at most the number of training samples take part
  KnnMetric metric = KnnMetric::cosine;
};

/// Classifies features by the k nearest training features (Cover and Hart 1967): each votes for its
/// class; of classes with as many votes, that of the nearest voter wins. Returns a class for each
/// sample of `queries`. `progress` gets the fraction that is done. Throws Error for data sets of
/// images, of different shapes or classes, without training samples, and for k below 1.
std::vector<int32_t> knn_predict(const Dataset& train, const Dataset& queries,
                                 const KnnOptions& options, Backend& backend,
                                 const std::function<void(double fraction)>& progress = {});

}  // namespace convlab
