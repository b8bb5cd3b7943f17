// Two labels per sample with a weight, as mixup and CutMix make them.

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <vector>

#include "loss/loss_cases.h"

namespace convlab {
namespace {

using Catch::Approx;

bool is_linear_in_target(const Row& row) { return row.kind.ends_with("cross_entropy"); }

/// What each loss counts as the one-hot row of a class with this weight: hinge has sides, -1 and 1.
float target_of(const Row& row, float weight) {
  return row.kind == "hinge" ? 2 * weight - 1 : weight;
}

}  // namespace

TEST_CASE("mixed labels: with weight 1 the bits of the first label, with 0 those of the second") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    for (const Row& row : rows()) {
      for (const int64_t columns : {1, 2, 33}) {
        for (const bool weighted : {false, true}) {
          INFO(kind.name << ' ' << row.kind << ' ' << columns << (weighted ? " weighted" : ""));
          const auto loss = make_loss(row.kind, row.options);
          const Shape shape{4, columns};
          const Floats outputs = odd_sixteenths(shape.elements(), 1, 3);
          const std::vector<int32_t> classes{1, 0, 1, 0};
          const std::vector<int32_t> others{0, 0, 0, 1};
          const auto weights =
              weighted ? some_weights(std::max<int64_t>(columns, 2)) : std::vector<double>();
          const Result plain = run(*backend, *loss, shape, outputs, {.classes = classes}, weights);
          for (const Targets& mixed :
               {Targets{classes, others, {1, 1, 1, 1}, {}}, {others, classes, {0, 0, 0, 0}, {}}}) {
            const Result result = run(*backend, *loss, shape, outputs, mixed, weights);
            CHECK(result.sums == plain.sums);
            CHECK(result.grad == plain.grad);
          }
        }
      }
    }
  }
}

TEST_CASE("mixed labels: the loss is that of the mixed one-hot row") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    for (const Row& row : rows()) {
      INFO(kind.name << ' ' << row.kind);
      const auto loss = make_loss(row.kind, row.options);
      const Shape shape{3, 3};
      const Floats outputs = odd_sixteenths(shape.elements(), 1, 3);
      Floats values{0.25F, 0, 0.75F, 0, 1, 0, 0.375F, 0.625F, 0};
      for (float& value : values) value = target_of(row, value);
      const Result mixed =
          run(*backend, *loss, shape, outputs, {{0, 1, 1}, {2, 1, 0}, {0.25F, 0.5F, 0.625F}, {}});
      const Result dense = run(*backend, *loss, shape, outputs, {.values = values});
      CHECK(mixed.sums == dense.sums);
      CHECK(mixed.grad == dense.grad);
    }
  }
}

TEST_CASE("mixed labels: cross-entropies are the weighted mean of both labels' losses") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    for (const Row& row : rows()) {
      if (!is_linear_in_target(row)) continue;
      // Class weights 3 and 0.5 of labels 0 and 2: each label's loss has its own.
      for (const std::vector<double>& weights : {std::vector<double>{}, {3, 1, 0.5}}) {
        INFO(kind.name << ' ' << row.kind << (weights.empty() ? "" : " weighted"));
        const auto loss = make_loss(row.kind, row.options);
        const Floats outputs{0.5F, -1.5F, 0.25F};
        const auto of = [&](const Targets& targets) {
          return run(*backend, *loss, {1, 3}, outputs, targets, weights);
        };
        const Result mixed = of({{0}, {2}, {0.7F}, {}});
        const Result first = of({.classes = {0}});
        const Result second = of({.classes = {2}});
        CHECK(mixed.sums[0] == Approx(0.7 * first.sums[0] + 0.3 * second.sums[0]));
        for (size_t i = 0; i < 3; ++i)
          CHECK(mixed.grad[i] == Approx(0.7 * first.grad[i] + 0.3 * second.grad[i]).margin(1e-7));
      }
    }
  }
}

// Weights 1/4 and 3/4 of labels with class weights 1 and 3: 1/4 and 9/4, or 0.1 and 0.9 of 5/2.
TEST_CASE("mixed labels: class weights multiply the weight of each label in the row") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    for (const Row& row : rows()) {
      INFO(kind.name << ' ' << row.kind);
      const auto loss = make_loss(row.kind, row.options);
      const Floats outputs{0.5F, -1.5F};
      const Result mixed =
          run(*backend, *loss, {1, 2}, outputs, {{0}, {1}, {0.25F}, {}}, {1.0, 3.0});
      const Result dense = run(*backend, *loss, {1, 2}, outputs,
                               {.values = {target_of(row, 0.1F), target_of(row, 0.9F)}});
      CHECK(mixed.sums[0] == Approx(2.5 * dense.sums[0]));
      CHECK(mixed.sums[2] == 1);
      for (size_t i = 0; i < 2; ++i) CHECK(mixed.grad[i] == Approx(2.5 * dense.grad[i]));
      // Both weights may be 0.
      const Result none =
          run(*backend, *loss, {1, 2}, outputs, {{0}, {1}, {0.25F}, {}}, {0.0, 0.0});
      CHECK(none.sums[0] == 0);
      CHECK(none.grad == Floats{0, 0});
    }
  }
}

TEST_CASE("mixed labels: the class of a sample is the first maximum of its row") {
  const auto backend = make_backend("host", 1);
  for (const Row& row : rows()) {
    INFO(row.kind);
    const auto loss = make_loss(row.kind, row.options);
    const auto correct = [&](int64_t columns, const Floats& outputs, int32_t first, int32_t second,
                             float weight) {
      const std::vector<double> weights = {1, 5};  // which do not change the class
      return run(*backend, *loss, {1, columns}, outputs, {{first}, {second}, {weight}, {}}, weights)
                 .sums[1] == 1;
    };
    const Floats zero{2, -2};  // predicts class 0
    CHECK(correct(2, zero, 0, 1, 0.6F));
    CHECK_FALSE(correct(2, zero, 0, 1, 0.4F));
    CHECK_FALSE(correct(2, zero, 1, 0, 0.6F));
    CHECK(correct(2, zero, 1, 0, 0.5F));
    CHECK(correct(2, zero, 0, 1, 0.5F));
    if (row.kind == "softmax_cross_entropy") continue;  // needs two outputs
    CHECK(correct(1, {2}, 1, 0, 0.6F));
    CHECK_FALSE(correct(1, {2}, 1, 0, 0.5F));
    CHECK(correct(1, {-2}, 1, 0, 0.5F));
  }
}

}  // namespace convlab
