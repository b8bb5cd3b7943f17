#include "train/range_test.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace convlab {

namespace {

constexpr int64_t min_steps = 2;

void check(const RangeTestOptions& options) {
  if (!(options.first_rate > 0 && options.last_rate > options.first_rate &&
        std::isfinite(options.last_rate))) {
    fail("[range test] rates from ", options.first_rate, " to ", options.last_rate,
         "; expected a range above 0");
  }
  if (options.steps < min_steps)
    fail("[range test] ", options.steps, " steps; expected at least ", min_steps);
}

}  // namespace

RangeTest range_test(Trainer& trainer, const std::function<void(Batch&)>& next,
                     const RangeTestOptions& options) {
  check(options);
  RangeTest result;
  Batch batch;
  double mean = 0;
  double min = 0;
  const double range = options.last_rate / options.first_rate;
  for (int64_t i = 0; i < options.steps; ++i) {
    const double rate =
        options.first_rate *
        std::pow(range, static_cast<double>(i) / static_cast<double>(options.steps - 1));
    next(batch);
    trainer.set_learning_rate(rate);
    trainer.training().reset();
    trainer.step(batch);
    const double loss = trainer.training().read().loss;
    if (!std::isfinite(loss)) break;
    mean = options.smoothing * mean + (1 - options.smoothing) * loss;
    const double smoothed = mean / (1 - std::pow(options.smoothing, static_cast<double>(i + 1)));
    result.rates.push_back(rate);
    result.losses.push_back(loss);
    result.smoothed.push_back(smoothed);
    min = i == 0 ? smoothed : std::min(min, smoothed);
    if (smoothed > options.stop_factor * min) break;
  }
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
