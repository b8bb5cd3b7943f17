#include "train/range_test.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "data/synthetic.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

using Catch::Approx;

const Shape image{14, 14, 1};

RangeTest test(const RangeTestOptions& options) {
  const DatasetSplits data = make_synthetic(256, 16, image, 4);
  const auto backend = make_backend("", 1);
  Network network(find_model("mnist-mlp").build(image, 4), *backend, 1);
  Trainer trainer(network, make_loss("softmax_cross_entropy", {}), find_optimizer("sgd").make({}),
                  1);
  Loader loader(*data.train, {.batch = 32, .seed = 1});
  RangeTester tester(trainer, options);
  Batch batch;
  int64_t epoch = 0;
  do {
    while (!loader.next(batch)) loader.start_epoch(++epoch);
  } while (!tester.step(batch));
  return tester.result();
}

TEST_CASE("range test: rates grow by a constant factor, and the suggested rate trains") {
  const RangeTest result = test({.first_rate = 1e-5, .last_rate = 100, .steps = 80});
  REQUIRE(result.rates.size() > 20);
  CHECK(result.losses.size() == result.rates.size());
  CHECK(result.smoothed.size() == result.rates.size());
  const double factor = std::pow(1e7, 1.0 / 79);
  for (size_t i = 0; i < result.rates.size(); ++i)
    CHECK(result.rates[i] == Approx(1e-5 * std::pow(factor, i)));
  CHECK(result.smoothed[0] == Approx(result.losses[0]));
  REQUIRE(result.suggestion.has_value());
  CHECK(*result.suggestion > 1e-3);
  CHECK(*result.suggestion < 10);
}

TEST_CASE("range test: stops when the loss explodes") {
  const RangeTest result =
      test({.first_rate = 1e-3, .last_rate = 1e9, .steps = 200, .smoothing = 0.5});
  CHECK(result.rates.size() < 200);
  for (const double loss : result.losses) CHECK(std::isfinite(loss));
}

TEST_CASE("range test: suggests the rate where the loss falls steepest over log(rate)") {
  std::vector<double> rates;
  std::vector<double> losses;
  for (int i = 0; i < 30; ++i) {
    rates.push_back(std::pow(10.0, -3 + 0.1 * i));
    losses.push_back(2 - std::tanh((i - 14) / 3.0));  // steepest around index 14
  }
  CHECK(steepest_rate(rates, losses).value() == Approx(rates[13]).epsilon(0.3));
  losses[1] = -100;  // in the first tenth, which is ignored
  losses[27] = -100;
  CHECK(steepest_rate(rates, losses).value() == Approx(rates[13]).epsilon(0.3));
}

TEST_CASE("range test: no suggestion if the loss does not fall or there are too few steps") {
  const std::vector<double> rates{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  CHECK_FALSE(steepest_rate(rates, rates).has_value());
  CHECK_FALSE(steepest_rate({}, {}).has_value());
  const std::vector<double> falling{9, 8, 7, 6, 5};
  CHECK_FALSE(steepest_rate(std::span(rates).first(5), falling).has_value());
}

TEST_CASE("range test: invalid ranges and steps are refused") {
  CHECK_THROWS_AS(test({.first_rate = 0}), Error);
  CHECK_THROWS_AS(test({.first_rate = 1, .last_rate = 0.1}), Error);
  CHECK_THROWS_AS(test({.last_rate = INFINITY}), Error);
  CHECK_THROWS_AS(test({.steps = 1}), Error);
}

}  // namespace
}  // namespace convlab
