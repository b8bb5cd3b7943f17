#include "loss/loss.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "backend/device.h"
#include "core/error.h"
#include "core/random.h"
#include "loss/class_weights.h"
#include "loss/loss_cases.h"

namespace convlab {
namespace {

using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// Returns multiples of 1/8 in [0, 1].
Floats eighths(int64_t count, uint64_t stream) {
  Random random(/*seed=*/1, stream);
  Floats values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.below(9)) / 8);
  return values;
}

/// Returns labels mixed so that the rows have 1, 3/4, 1/2, 1/4 and 0 of their first class, with the
/// weights of the classes, if any.
Targets mixed_targets(const Shape& shape, const std::vector<double>& weights) {
  const auto classes = static_cast<int32_t>(std::max<int64_t>(shape[1], 2));
  Targets targets;
  for (int32_t r = 0; r < shape[0]; ++r) {
    const int32_t first = r * 7 % classes;
    const int32_t second = (first + 1 + r) % classes;
    const double fraction = 1 - r % 5 * 0.25;
    const double first_weight = weights.empty() ? 1 : weights[static_cast<size_t>(first)];
    const double second_weight = weights.empty() ? 1 : weights[static_cast<size_t>(second)];
    const double first_part = fraction * second_weight;
    targets.classes.push_back(first);
    targets.second_classes.push_back(second);
    targets.label_weights.push_back(
        static_cast<float>(first_part / (first_part + (1 - fraction) * first_weight)));
  }
  return targets;
}

/// Checks the gradient against central differences of the mean loss. The third derivative of a
/// row's loss is at most 0.1, so with a step of 1/32 the truncation error is at most 2e-5; the
/// tolerance is twice that, for class weights of up to 2, plus the rounding error of both sums. For
/// a mean over n rows all of this is divided by n.
void check_slopes(Backend& backend, const Loss& loss, const Shape& shape, const Floats& outputs,
                  const Targets& targets, const std::vector<double>& weights) {
  constexpr float step = 0x1p-5F;
  const Result at = run(backend, loss, shape, outputs, targets, weights);
  const double rounding = 2 * 0x1p-24 * double{at.sums[0]} / (2 * step) / double(shape[0]);
  double worst = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    Floats up = outputs;
    Floats down = outputs;
    up[i] += step;
    down[i] -= step;
    const double change = double{run(backend, loss, shape, up, targets, weights).sums[0]} -
                          double{run(backend, loss, shape, down, targets, weights).sums[0]};
    const double slope = change / (double{up[i]} - double{down[i]}) / double(shape[0]);
    worst = std::max(worst, std::abs(slope - double{at.grad[i]}));
  }
  CHECK(worst < 4e-5 + rounding);
}

TEST_CASE("loss: every kind is checked") {
  std::set<std::string_view> checked;
  for (const Row& row : rows()) checked.insert(row.kind);
  std::set<std::string_view> registered;
  for (const LossKind& kind : loss_kinds()) registered.insert(kind.kind);
  CHECK(checked == registered);
}

// Kinks are at multiples of 1/8 (with mixed labels up to rounding) and outputs in the middle
// between them, so no step crosses a kink.
TEST_CASE("loss: the gradient agrees with finite differences of the mean") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    for (const Row& row : rows()) {
      for (const Shape& shape : {Shape{1, 2}, Shape{3, 10}, Shape{5, 33}, Shape{4, 1}}) {
        for (const bool weighted : {false, true}) {
          INFO(kind.name << ' ' << row.kind << ' ' << shape.str() << (weighted ? " weighted" : ""));
          std::vector<double> weights;
          if (weighted) weights = some_weights(std::max<int64_t>(shape[1], 2));
          const auto loss = make_loss(row.kind, row.options);
          const Floats outputs = odd_sixteenths(shape.elements(), 1, 3);
          Targets targets;
          for (int32_t r = 0; r < shape[0]; ++r)
            targets.classes.push_back(r * 7 % static_cast<int32_t>(std::max<int64_t>(shape[1], 2)));
          check_slopes(*backend, *loss, shape, outputs, targets, weights);
          targets.values = eighths(shape.elements(), 2);
          check_slopes(*backend, *loss, shape, outputs, targets, weights);
          check_slopes(*backend, *loss, shape, outputs, mixed_targets(shape, weights), weights);
        }
      }
    }
  }
}

TEST_CASE("loss: labels equal one-hot rows, or for a single output the value itself") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    for (const Row& row : rows()) {
      INFO(kind.name << ' ' << row.kind);
      const auto loss = make_loss(row.kind, row.options);
      const Floats outputs = odd_sixteenths(6, 1, 3);
      const Result classes = run(*backend, *loss, {2, 3}, outputs, {.classes = {2, 0}});
      const Result values = run(*backend, *loss, {2, 3}, outputs, {.values = {0, 0, 1, 1, 0, 0}});
      CHECK(classes.sums == values.sums);
      CHECK(classes.grad == values.grad);
      const Result single = run(*backend, *loss, {3, 1}, {2, -2, 2}, {.classes = {1, 0, 0}});
      const Result value = run(*backend, *loss, {3, 1}, {2, -2, 2}, {.values = {1, 0, 0}});
      CHECK(single.sums == value.sums);
      CHECK(single.grad == value.grad);
      CHECK(single.sums[1] == 2);
    }
  }
}

// As in Keras: the batch mean of each sample's loss times the weight of its class.
TEST_CASE("loss: class weights multiply a sample's loss and its gradient") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    for (const Row& row : rows()) {
      INFO(kind.name << ' ' << row.kind);
      const std::vector<double> weights{3, 1, 0.5};
      const auto loss = make_loss(row.kind, row.options);
      const Floats outputs{0.5F, -1.5F, 0.25F};
      for (const int32_t label : {0, 1, 2}) {
        const auto weight = static_cast<float>(weights[static_cast<size_t>(label)]);
        const Result got = run(*backend, *loss, {1, 3}, outputs, {.classes = {label}}, weights);
        const Result one = run(*backend, *loss, {1, 3}, outputs, {.classes = {label}});
        CHECK(got.sums[0] == Approx(weight * one.sums[0]));
        CHECK(got.sums[2] == 1);
        for (size_t i = 0; i < 3; ++i) CHECK(got.grad[i] == Approx(weight * one.grad[i]));
      }
      // The class of a row of dense targets is the index of its first max.
      const Result soft =
          run(*backend, *loss, {1, 3}, outputs, {.values = {0.5F, 0.5F, 0}}, weights);
      const Result one = run(*backend, *loss, {1, 3}, outputs, {.values = {0.5F, 0.5F, 0}});
      CHECK(soft.sums[0] == Approx(3 * one.sums[0]));
    }
  }
}

TEST_CASE("loss: class weights of the wrong number or out of range are refused") {
  const auto backend = make_backend("", 1);
  const auto refused = [&](const std::vector<double>& weights, int64_t outputs,
                           const std::string& message) {
    CHECK_THROWS_MATCHES(ClassWeights(*backend, weights, outputs), Error,
                         MessageMatches(ContainsSubstring(message)));
  };
  refused({1, 2, 0.5}, 10, "there are 3 weights, but 10 classes");
  refused({1}, 1, "1 weight, but 2 classes");
  refused({1, -1}, 2, "a weight is -1 but must lie in 0 to");
  refused({1, 2e6}, 2, "a weight is 2000000");
  refused({1, std::nan("")}, 2, "a weight is nan");
  CHECK(ClassWeights(*backend, std::vector<double>{1, 2}, 1).tensor().elements() == 2);
  CHECK_FALSE(ClassWeights(*backend, {}, 10).tensor());
}

TEST_CASE("loss: predictions are probabilities where the loss contains an activation") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    Device device(*backend);
    const auto predict = [&](std::string_view loss) {
      const Tensor predictions = device.output({1, 2});
      make_loss(loss, {})->predict(*backend, device.tensor({1, 2}, {0, std::log(3.0F)}),
                                   predictions);
      return device.read(predictions);
    };
    CHECK(predict("softmax_cross_entropy")[0] == Approx(0.25));
    CHECK(predict("softmax_cross_entropy")[1] == Approx(0.75));
    CHECK(predict("binary_cross_entropy")[0] == Approx(0.5));
    CHECK(predict("binary_cross_entropy")[1] == Approx(0.75));
    for (const LossKind& other : loss_kinds()) {
      if (!make_loss(other.kind, {})->activation().empty()) continue;
      INFO(other.kind);
      CHECK(predict(other.kind) == Floats{0, std::log(3.0F)});
    }
  }
}

TEST_CASE("softmax cross-entropy: values computed by hand") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    // Probabilities 1/4 and 3/4.
    const Floats outputs{0, std::log(3.0F)};
    const auto plain = make_loss("softmax_cross_entropy", {});
    const Result sparse = run(*backend, *plain, {1, 2}, outputs, {.classes = {0}});
    CHECK(sparse.sums[0] == Approx(std::log(4.0)).epsilon(1e-6));
    CHECK(sparse.grad[0] == Approx(-0.75).epsilon(1e-6));
    CHECK(sparse.grad[1] == Approx(0.75).epsilon(1e-6));
    // Label smoothing of 0.2 over two classes gives targets of 0.9 and 0.1.
    const auto smooth = make_loss("softmax_cross_entropy", {{"label_smoothing", 0.2}});
    const Result smoothed = run(*backend, *smooth, {1, 2}, outputs, {.classes = {0}});
    CHECK(smoothed.sums[0] == Approx(0.9 * std::log(4.0) + 0.1 * std::log(4.0 / 3)).epsilon(1e-6));
    CHECK(smoothed.grad[0] == Approx(0.25 - 0.9).epsilon(1e-6));
    // Targets that do not sum to 1 contribute separately.
    const Result dense = run(*backend, *plain, {1, 2}, outputs, {.values = {1, 2}});
    CHECK(dense.sums[0] == Approx(std::log(4.0) + 2 * std::log(4.0 / 3)).epsilon(1e-6));
    CHECK(dense.grad[0] == Approx(3 * 0.25 - 1).epsilon(1e-6));
    CHECK(dense.grad[1] == Approx(3 * 0.75 - 2).epsilon(1e-6));
  }
}

TEST_CASE("pointwise losses: values computed by hand, means over outputs and batch") {
  const auto backend = make_backend("host", 1);
  const auto of = [&](std::string_view kind, const Options& options, const Floats& outputs,
                      const Floats& targets) {
    const auto loss = make_loss(kind, options);
    const auto columns = static_cast<int64_t>(outputs.size());
    return run(*backend, *loss, {1, columns}, outputs, {.values = targets});
  };
  const Result squared = of("mean_squared_error", {}, {3, 1}, {1, 1});
  CHECK(squared.sums[0] == 2);
  CHECK(squared.grad == Floats{2, 0});
  const Result absolute = of("mean_absolute_error", {}, {3, 1, -1, 0}, {1, 1, 1, 0});
  CHECK(absolute.sums[0] == 1);
  CHECK(absolute.grad == Floats{0.25F, 0, -0.25F, 0});
  // Quadratic within delta, linear outside.
  const Result huber = of("huber", {}, {3, 1.5F}, {1, 1});
  CHECK(huber.sums[0] == (1.5F + 0.125F) / 2);
  CHECK(huber.grad == Floats{0.5F, 0.25F});
  CHECK(of("huber", {{"delta", 0.5}}, {3}, {1}).sums[0] == 0.5F * (2 - 0.25F));
  // Labels 0 and -1 both mean -1.
  const Result hinge = of("hinge", {}, {0.5F, 0.5F, 0.5F, 2}, {1, 0, -1, 1});
  CHECK(hinge.sums[0] == (0.5F + 1.5F + 1.5F + 0) / 4);
  CHECK(hinge.grad == Floats{-0.25F, 0.25F, 0.25F, 0});
  // A probability of 3/4; label smoothing of 0.2 gives a target of 0.9.
  const float three_quarters = std::log(3.0F);
  const Result binary = of("binary_cross_entropy", {}, {three_quarters, three_quarters}, {1, 0});
  CHECK(binary.sums[0] == Approx((std::log(4.0 / 3) + std::log(4.0)) / 2).epsilon(1e-6));
  CHECK(binary.grad[0] == Approx(-0.125).epsilon(1e-6));
  CHECK(of("binary_cross_entropy", {{"label_smoothing", 0.2}}, {three_quarters}, {1}).sums[0] ==
        Approx(0.9 * std::log(4.0 / 3) + 0.1 * std::log(4.0)).epsilon(1e-6));
}

TEST_CASE("loss: sums accumulate over batches, and correct predictions are counted") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    for (const Row& row : rows()) {
      INFO(kind.name << ' ' << row.kind);
      Device device(*backend);
      const auto loss = make_loss(row.kind, row.options);
      const Tensor sums = device.tensor({3}, {0, 0, 0});
      const Tensor outputs = device.tensor({3, 2}, {1, 0, 0, 1, 0, 1});
      loss->run(*backend, outputs, device.labels({0, 0, 1}), {}, {}, sums);
      CHECK(device.read(sums)[1] == 2);
      CHECK(device.read(sums)[2] == 3);
      const float first = device.read(sums)[0];
      loss->run(*backend, outputs, device.labels({0, 0, 1}), {}, {}, sums);
      CHECK(device.read(sums)[0] == Approx(2 * first));
      CHECK(device.read(sums)[1] == 4);
      CHECK(device.read(sums)[2] == 6);
    }
  }
}

TEST_CASE("loss: large outputs do not overflow") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    const Floats outputs{1000, -1000, 0};
    const auto softmax = make_loss("softmax_cross_entropy", {});
    const Result result = run(*backend, *softmax, {1, 3}, outputs, {.classes = {1}});
    CHECK(result.sums[0] == Approx(2000));
    CHECK(result.grad == Floats{1, -1, 0});
    const auto binary = make_loss("binary_cross_entropy", {});
    const Result sides = run(*backend, *binary, {1, 2}, {1000, -1000}, {.values = {0, 1}});
    CHECK(sides.sums[0] == 1000);
    CHECK(sides.grad == Floats{0.5F, -0.5F});
  }
}

TEST_CASE("loss: an unknown kind or option is refused") {
  CHECK_THROWS_AS(make_loss("triplet", {}), Error);
  CHECK_THROWS_AS(make_loss("softmax_cross_entropy", {{"smoothing", 0.1}}), Error);
  CHECK_THROWS_AS(make_loss("softmax_cross_entropy", {{"label_smoothing", 1.0}}), Error);
  CHECK_THROWS_AS(make_loss("huber", {{"delta", 0.0}}), Error);
  CHECK_THROWS_AS(make_loss("hinge", {{"delta", 1.0}}), Error);
}

TEST_CASE("loss: options are written back unchanged") {
  const Options options{{"label_smoothing", 0.1}};
  CHECK(make_loss("binary_cross_entropy", options)->options() == options);
}

}  // namespace
}  // namespace convlab
