#include "loss/loss.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "backend/device.h"
#include "core/error.h"

namespace convlab {
namespace {

using Catch::Approx;

/// Which options of each kind are checked.
struct Row {
  std::string_view kind;
  Options options;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      {"softmax_cross_entropy", {}},
      {"softmax_cross_entropy", {{"label_smoothing", 0.1}}},
      {"softmax_cross_entropy", {{"label_smoothing", 0.9}}},
  };
  return table;
}

struct Result {
  std::vector<float> sums;
  std::vector<float> grad;
};

Result run(Backend& backend, const Loss& loss, const Shape& shape,
           const std::vector<float>& outputs, const std::vector<int32_t>& labels) {
  Device device(backend);
  const Tensor grad = device.output(shape);
  const Tensor sums = device.tensor({3}, {0, 0, 0});
  loss.run(backend, device.tensor(shape, outputs), device.labels(labels), grad, sums);
  return {device.read(sums), device.read(grad)};
}

TEST_CASE("loss: every kind is checked") {
  std::set<std::string_view> checked;
  for (const Row& row : rows()) checked.insert(row.kind);
  std::set<std::string_view> registered;
  for (const LossKind& kind : loss_kinds()) registered.insert(kind.kind);
  CHECK(checked == registered);
}

// The third derivative of the loss of a row is at most 0.1, so a step of 1/32 bends the difference
// by at most 2e-5; the sum's rounding, 1e-6 of a loss of about 8, adds 2e-5. The gradient of a mean
// over n rows is 1 / n of that.
TEST_CASE("loss: the gradient agrees with finite differences of the mean") {
  constexpr float step = 0x1p-5F;
  for (const BackendKind& kind : backend_kinds()) {
    const auto backend = kind.make(1);
    for (const Row& row : rows()) {
      const auto loss = make_loss(row.kind, row.options);
      for (const Shape& shape : {Shape{1, 2}, Shape{3, 10}, Shape{5, 33}}) {
        INFO(kind.name << ' ' << row.kind << ' ' << shape);
        std::vector<float> outputs = random_values(shape.elements(), 1);
        for (float& output : outputs) output *= 3;
        std::vector<int32_t> labels;
        for (int32_t r = 0; r < shape[0]; ++r)
          labels.push_back(r * 7 % static_cast<int32_t>(shape[1]));
        const Result at = run(*backend, *loss, shape, outputs, labels);
        double worst = 0;
        for (size_t i = 0; i < outputs.size(); ++i) {
          std::vector<float> up = outputs;
          std::vector<float> down = outputs;
          up[i] += step;
          down[i] -= step;
          const double change = double{run(*backend, *loss, shape, up, labels).sums[0]} -
                                double{run(*backend, *loss, shape, down, labels).sums[0]};
          const double slope = change / (double{up[i]} - double{down[i]}) / double(shape[0]);
          worst = std::max(worst, std::abs(slope - double{at.grad[i]}));
        }
        CHECK(worst < 1e-4);
      }
    }
  }
}

TEST_CASE("softmax cross-entropy: hand numbers") {
  for (const BackendKind& kind : backend_kinds()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    // Probabilities 1/4 and 3/4.
    const std::vector<float> outputs{0, std::log(3.0F)};
    const Result plain =
        run(*backend, *make_loss("softmax_cross_entropy", {}), {1, 2}, outputs, {0});
    CHECK(plain.sums[0] == Approx(std::log(4.0)).epsilon(1e-6));
    CHECK(plain.grad[0] == Approx(-0.75).epsilon(1e-6));
    CHECK(plain.grad[1] == Approx(0.75).epsilon(1e-6));
    // Smoothing 0.2 over two classes: targets 0.9 and 0.1.
    const Result smooth =
        run(*backend, *make_loss("softmax_cross_entropy", {{"label_smoothing", 0.2}}), {1, 2},
            outputs, {0});
    CHECK(smooth.sums[0] == Approx(0.9 * std::log(4.0) + 0.1 * std::log(4.0 / 3)).epsilon(1e-6));
    CHECK(smooth.grad[0] == Approx(0.25 - 0.9).epsilon(1e-6));
  }
}

TEST_CASE("loss: sums grow from batch to batch and count what is right") {
  for (const BackendKind& kind : backend_kinds()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    Device device(*backend);
    const auto loss = make_loss("softmax_cross_entropy", {});
    const Tensor sums = device.tensor({3}, {0, 0, 0});
    const Tensor outputs = device.tensor({3, 2}, {1, 0, 0, 1, 0, 1});
    loss->run(*backend, outputs, device.labels({0, 0, 1}), {}, sums);
    CHECK(device.read(sums)[1] == 2);
    CHECK(device.read(sums)[2] == 3);
    const float first = device.read(sums)[0];
    loss->run(*backend, outputs, device.labels({0, 0, 1}), {}, sums);
    CHECK(device.read(sums)[0] == Approx(2 * first));
    CHECK(device.read(sums)[1] == 4);
    CHECK(device.read(sums)[2] == 6);
  }
}

TEST_CASE("loss: large outputs do not overflow") {
  for (const BackendKind& kind : backend_kinds()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    const auto loss = make_loss("softmax_cross_entropy", {});
    const Result result = run(*backend, *loss, {1, 3}, {1000, -1000, 0}, {1});
    CHECK(result.sums[0] == Approx(2000));
    CHECK(result.grad == std::vector<float>{1, -1, 0});
  }
}

TEST_CASE("loss: an unknown kind or option is refused") {
  CHECK_THROWS_AS(make_loss("hinge", {}), Error);
  CHECK_THROWS_AS(make_loss("softmax_cross_entropy", {{"smoothing", 0.1}}), Error);
  CHECK_THROWS_AS(make_loss("softmax_cross_entropy", {{"label_smoothing", 1.0}}), Error);
}

}  // namespace
}  // namespace convlab
