#include "train/range_test.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace convlab {

namespace {

constexpr int64_t min_steps = 2;
constexpr int64_t max_steps = 1'000'000;

void check(const RangeTestOptions& options) {
  if (!(options.first_rate > 0 && options.last_rate > options.first_rate &&
        std::isfinite(options.last_rate))) {
    fail("[range test] rates from {} to {}; expected a range above 0", options.first_rate,
         options.last_rate);
  }
  if (options.steps < min_steps || options.steps > max_steps)
    fail("[range test] {} steps; expected {} to {}", options.steps, min_steps, max_steps);
}

}  // namespace

RangeTester::RangeTester(Trainer& trainer, const RangeTestOptions& options)
    : trainer_(trainer), options_(options) {
  check(options_);
}

bool RangeTester::step(const Batch& batch) {
  const double range = options_.last_rate / options_.first_rate;
  const double rate =
      options_.first_rate *
      std::pow(range, static_cast<double>(steps_) / static_cast<double>(options_.steps - 1));
  trainer_.set_learning_rate(rate);
  trainer_.training().reset();
  trainer_.step(batch);
  ++steps_;
  const double loss = trainer_.training().read().loss;
  if (!std::isfinite(loss)) return true;
  mean_ = options_.smoothing * mean_ + (1 - options_.smoothing) * loss;
  const double smoothed = mean_ / (1 - std::pow(options_.smoothing, static_cast<double>(steps_)));
  test_.rates.push_back(rate);
  test_.losses.push_back(loss);
  test_.smoothed.push_back(smoothed);
  min_ = steps_ == 1 ? smoothed : std::min(min_, smoothed);
  return steps_ == options_.steps || smoothed > options_.stop_factor * min_;
}

RangeTest RangeTester::result() const {
  RangeTest result = test_;
  result.suggestion = steepest_rate(result.rates, result.smoothed);
  return result;
}

std::optional<double> steepest_rate(std::span<const double> rates,
                                    std::span<const double> smoothed) {
  constexpr size_t last_left_out = 5;
  const size_t end = rates.size() - std::min(rates.size(), last_left_out);
  std::optional<double> found;
  double steepest = 0;
  for (size_t i = rates.size() / 10; i + 1 < end; ++i) {
    const double slope = (smoothed[i + 1] - smoothed[i]) / std::log(rates[i + 1] / rates[i]);
    if (slope >= steepest) continue;
    steepest = slope;
    found = rates[i];
  }
  return found;
}

}  // namespace convlab
