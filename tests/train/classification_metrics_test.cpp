#include "train/classification_metrics.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <limits>
#include <memory>
#include <vector>

#include "backend/device.h"
#include "core/error.h"
#include "train/classification_sums.h"

namespace convlab {
namespace {

using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using Counts = std::vector<int64_t>;

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

void check_scores(const ClassScores& scores, double precision, double recall, double f1,
                  int64_t support) {
  CHECK(scores.precision == Approx(precision));
  CHECK(scores.recall == Approx(recall));
  CHECK(scores.f1 == Approx(f1));
  CHECK(scores.support == support);
}

/// Returns the metrics of one batch with three classes.
ClassificationMetrics count(Backend& backend, const std::vector<float>& outputs,
                            const std::vector<int32_t>& labels, int64_t top_k) {
  Device device(backend);
  ClassificationSums sums(backend, 3, top_k);
  sums.add(device.tensor({static_cast<int64_t>(labels.size()), 3}, outputs), device.labels(labels));
  return sums.read();
}

TEST_CASE("metrics: scores of each class from a confusion matrix") {
  // Correct predictions: 3 of 4 samples of class 0, 2 of 5 of class 1, 1 of 1 of class 2.
  const ClassificationMetrics metrics = classification_metrics(3, {3, 1, 0, 2, 2, 1, 0, 0, 1}, 8);
  CHECK(metrics.accuracy == Approx(6.0 / 10));
  CHECK(metrics.top_k_accuracy == Approx(8.0 / 10));
  REQUIRE(metrics.classes.size() == 3);
  check_scores(metrics.classes[0], 3.0 / 5, 3.0 / 4, 2.0 / 3, 4);
  check_scores(metrics.classes[1], 2.0 / 3, 2.0 / 5, 1.0 / 2, 5);
  check_scores(metrics.classes[2], 1.0 / 2, 1.0, 2.0 / 3, 1);
  check_scores(metrics.macro, 53.0 / 90, 43.0 / 60, 11.0 / 18, 10);
  CHECK(metrics.confusion == Counts{3, 1, 0, 2, 2, 1, 0, 0, 1});
}

TEST_CASE("metrics: a ratio of 0 to 0 is 0, and classes without samples are not in the means") {
  // Class 1 is never predicted, and class 2 has no samples.
  const ClassificationMetrics metrics = classification_metrics(3, {2, 0, 0, 2, 0, 0, 0, 0, 0}, 4);
  check_scores(metrics.classes[0], 1.0 / 2, 1, 2.0 / 3, 2);
  check_scores(metrics.classes[1], 0, 0, 0, 2);
  check_scores(metrics.classes[2], 0, 0, 0, 0);
  check_scores(metrics.macro, 1.0 / 4, 1.0 / 2, 1.0 / 3, 4);
  const ClassificationMetrics none = classification_metrics(2, {0, 0, 0, 0}, 0);
  CHECK(none.accuracy == 0);
  CHECK(none.top_k_accuracy == 0);
}

TEST_CASE("metrics: accumulate over batches on every backend until a reset") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const std::unique_ptr<Backend> backend = kind.make(2);
    Device device(*backend);
    ClassificationSums sums(*backend, 3, 2);
    const auto add = [&] {
      sums.add(device.tensor({2, 3}, {3, 2, 1, 1, 3, 2}), device.labels({0, 2}));
      sums.add(device.tensor({1, 3}, {1, 2, 3}), device.labels({0}));
    };
    add();
    CHECK(sums.read().confusion == Counts{1, 0, 1, 0, 0, 0, 0, 1, 0});
    CHECK(sums.read().top_k_accuracy == Approx(2.0 / 3));
    add();
    CHECK(sums.read().confusion == Counts{2, 0, 2, 0, 0, 0, 0, 2, 0});
    sums.reset();
    CHECK(sums.read().confusion == Counts(9, 0));
    CHECK(sums.read().macro.support == 0);
    CHECK(sums.read().top_k_accuracy == 0);
  }
}

TEST_CASE("metrics: the first of equal outputs is the prediction, and ties count for the top k") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const std::unique_ptr<Backend> backend = kind.make(1);
    const std::vector<float> outputs{0, 1, 1, 0, 1, 1, 0, 1, 1};
    const ClassificationMetrics first = count(*backend, outputs, {0, 1, 2}, 1);
    CHECK(first.confusion == Counts{0, 1, 0, 0, 1, 0, 0, 1, 0});
    CHECK(first.top_k_accuracy == Approx(2.0 / 3));
    CHECK(count(*backend, outputs, {0, 1, 2}, 2).top_k_accuracy == Approx(2.0 / 3));
    CHECK(count(*backend, outputs, {0, 1, 2}, 3).top_k_accuracy == 1);
  }
}

TEST_CASE("metrics: NaN ranks below every number and is never in the top k") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const std::unique_ptr<Backend> backend = kind.make(1);
    const std::vector<float> outputs{nan_value, -1, -2, 2, nan_value, 1, -1, -2, nan_value};
    const ClassificationMetrics some = count(*backend, outputs, {0, 2, 1}, 3);
    CHECK(some.confusion == Counts{0, 1, 0, 1, 0, 0, 1, 0, 0});
    CHECK(some.top_k_accuracy == Approx(2.0 / 3));
    CHECK(some.accuracy == 0);
    const ClassificationMetrics all = count(*backend, {nan_value, nan_value, nan_value}, {2}, 3);
    CHECK(all.confusion == Counts{0, 0, 0, 0, 0, 0, 1, 0, 0});
    CHECK(all.top_k_accuracy == 0);
  }
}

TEST_CASE("metrics: losses use the same output as the prediction, also with NaN") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const std::unique_ptr<Backend> backend = kind.make(1);
    Device device(*backend);
    const Tensor outputs = device.tensor({2, 3}, {nan_value, 2, 1, 3, nan_value, 3});
    const Tensor sums = device.tensor({3}, {0, 0, 0});
    backend->softmax_cross_entropy({}, outputs, device.labels({1, 0}), {}, {}, sums);
    CHECK(device.read(sums)[1] == 2);
  }
}

TEST_CASE("metrics: k lies in 1 to the number of classes, which is at least 2") {
  const std::unique_ptr<Backend> backend = make_backend("", 1);
  CHECK(ClassificationSums(*backend, 10).top_k() == 5);
  CHECK(ClassificationSums(*backend, 3, 3).top_k() == 3);
  CHECK_THROWS_MATCHES(ClassificationSums(*backend, 3), Error,
                       MessageMatches(ContainsSubstring("top_k is 5, but must be 1 to 3")));
  CHECK_THROWS_AS(ClassificationSums(*backend, 3, 0), Error);
  CHECK_THROWS_MATCHES(ClassificationSums(*backend, 1, 1), Error,
                       MessageMatches(ContainsSubstring("1 classes")));
}

TEST_CASE("metrics: wrong numbers of classes and more samples than floats can count are refused") {
  const std::unique_ptr<Backend> backend = make_backend("", 1);
  Device device(*backend);
  ClassificationSums sums(*backend, 3, 1);
  CHECK_THROWS_MATCHES(sums.add(device.random({2, 4}), device.labels({0, 1})), Error,
                       MessageMatches(ContainsSubstring("(2, 4)") && ContainsSubstring("(2, 3)")));
  const int64_t too_many = (int64_t{1} << 24) + 1;
  const Tensor outputs{{too_many, 3}, DType::f32};  // refused before the data are read
  const Tensor labels{{too_many}, DType::i32};
  CHECK_THROWS_MATCHES(sums.add(outputs, labels), Error,
                       MessageMatches(ContainsSubstring("16777216")));
}

}  // namespace
}  // namespace convlab
