#include "features/knn.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/float16.h"
#include "core/random.h"
#include "data/feature_dataset.h"
#include "data/synthetic.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

struct Samples {
  std::vector<std::vector<float>> rows;
  std::vector<int32_t> labels;
};

FeatureDataset data_of(const Samples& samples, int64_t classes) {
  std::vector<uint8_t> bytes;
  for (const auto& row : samples.rows) {
    for (const float value : row) {
      const uint16_t half = float16_of(value);
      bytes.push_back(static_cast<uint8_t>(half));
      bytes.push_back(static_cast<uint8_t>(half >> 8U));
    }
  }
  const auto width = static_cast<int64_t>(samples.rows.front().size());
  return {"f",
          {1, 1, width},
          std::vector<std::string>(static_cast<size_t>(classes), "class"),
          {.source = memory_source("f", std::move(bytes))},
          samples.labels};
}

std::vector<int32_t> predict(const Samples& train, const Samples& queries,
                             const KnnOptions& options, const char* backend = "host") {
  return knn_predict(data_of(train, 4), data_of(queries, 4), options, *make_backend(backend, 1));
}

/// Small multiples of 1/4, so that all sums are exact, with many equal distances.
Samples random_samples(int64_t count, uint64_t stream) {
  Random random(8, stream);
  Samples samples;
  for (int64_t i = 0; i < count; ++i) {
    std::vector<float>& row = samples.rows.emplace_back();
    for (int j = 0; j < 5; ++j) row.push_back(static_cast<float>(random.below(9)) / 4 - 1);
    samples.labels.push_back(static_cast<int32_t>(random.below(4)));
  }
  return samples;
}

/// Sorts all training samples by their distance, computed by its definition.
int32_t by_definition(const Samples& train, const std::vector<float>& query, size_t k) {
  std::vector<std::pair<double, size_t>> order;
  for (size_t t = 0; t < train.rows.size(); ++t) {
    double distance = 0;
    for (size_t i = 0; i < query.size(); ++i) distance += std::pow(query[i] - train.rows[t][i], 2);
    order.emplace_back(distance, t);
  }
  std::sort(order.begin(), order.end());
  std::vector<size_t> votes(4);
  for (size_t i = 0; i < k; ++i) ++votes[static_cast<size_t>(train.labels[order[i].second])];
  const size_t most = *std::max_element(votes.begin(), votes.end());
  for (const auto& [distance, index] : order) {
    const int32_t label = train.labels[index];
    if (votes[static_cast<size_t>(label)] == most) return label;
  }
  return -1;
}

}  // namespace

TEST_CASE("knn: the nearest by distance and by angle are not the same") {
  const Samples train{{{1, 0}, {10, 10}, {0, 3}}, {0, 1, 2}};
  const Samples queries{{{1, 1}, {4, 0.5F}, {0, 9}}, {0, 0, 0}};
  CHECK(predict(train, queries, {.k = 1, .metric = KnnMetric::euclidean}) ==
        std::vector<int32_t>{0, 0, 2});
  CHECK(predict(train, queries, {.k = 1, .metric = KnnMetric::cosine}) ==
        std::vector<int32_t>{1, 0, 2});
}

TEST_CASE("knn: the class with most votes wins, of equal ones that of the nearest voter") {
  const Samples train{{{1}, {2}, {3}, {4}, {5}}, {0, 1, 1, 2, 2}};
  const Samples query{{{0.5F}}, {0}};
  const auto by = [&](int64_t k) {
    return predict(train, query, {.k = k, .metric = KnnMetric::euclidean}).front();
  };
  CHECK(by(1) == 0);
  CHECK(by(2) == 0);
  CHECK(by(3) == 1);
  CHECK(by(5) == 1);
  CHECK(by(99) == 1);
}

TEST_CASE("knn: several blocks on every backend find what the definition says") {
  const Samples train = random_samples(2'100, 1);
  const Samples queries = random_samples(1'030, 2);
  for (const char* backend : {"host", "xnnpack"}) {
    for (const int64_t k : {1, 7}) {
      const auto classes =
          predict(train, queries, {.k = k, .metric = KnnMetric::euclidean}, backend);
      REQUIRE(classes.size() == queries.rows.size());
      size_t wrong = 0;
      for (size_t i = 0; i < classes.size(); ++i)
        wrong += classes[i] != by_definition(train, queries.rows[i], static_cast<size_t>(k));
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("knn: samples of zeros have no angle, and do no harm") {
  const Samples train{{{0, 0}, {1, 1}}, {0, 1}};
  CHECK(predict(train, {{{2, 2}, {0, 0}}, {0, 0}}, {.k = 1}) == std::vector<int32_t>{1, 0});
}

TEST_CASE("knn: images, other shapes, no training samples and no neighbours are refused") {
  const auto backend = make_backend("host", 1);
  const Samples one{{{1, 1}}, {0}};
  const auto refused = [&](const Dataset& train, const Dataset& queries, int64_t k,
                           const std::string& message) {
    CHECK_THROWS_MATCHES(knn_predict(train, queries, {.k = k}, *backend), Error,
                         MessageMatches(ContainsSubstring(message)));
  };
  const FeatureDataset data = data_of(one, 4);
  refused(*make_synthetic(4, 4, {1, 1, 2}, 4).train, data, 1, "holds images; expected features");
  refused(data, data_of({{{1}}, {0}}, 4), 1, "expected the same");
  refused(data, data_of(one, 3), 1, "expected the same");
  refused(data_of({{{1, 1}}, {FeatureDataset::no_label}}, 4), data, 1, "has no training features");
  refused(data, data, 0, "k is 0");
}

}  // namespace convlab
