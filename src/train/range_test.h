#pragma once

#include <optional>
#include <span>
#include <vector>

#include "train/trainer.h"

namespace convlab {

/// Options of the learning rate range test, with the defaults of fastai's lr_find.
struct RangeTestOptions {
  double first_rate = 1e-7;
  double last_rate = 10;
  int64_t steps = 100;
  double smoothing = 0.98;  ///< fraction of the moving mean of the losses that a step keeps
  double stop_factor = 4;   ///< stops if the smoothed loss exceeds this multiple of its min
};

/// Losses of training steps whose learning rate increases by the same factor each step.
struct RangeTest {
  std::vector<double> rates;
  std::vector<double> losses;    ///< of each step's batch, before its update
  std::vector<double> smoothed;  ///< moving mean of `losses`, corrected for its start at 0
  /// The rate at which the smoothed loss decreases most steeply over log(rate); none if it never
  /// decreases or there are too few steps.
  std::optional<double> suggestion;
};

/// Trains with exponentially increasing rates (Smith 2017, section 3.3). Stops after the last rate,
/// when the smoothed loss exceeds stop_factor times its min, or when a loss is not finite. Reads
/// back after each step. The weights are not usable afterwards.
class RangeTester {
 public:
  /// The trainer must outlive it. Throws Error for invalid rates or steps.
  RangeTester(Trainer& trainer, const RangeTestOptions& options);

  /// Does one step; returns whether it was the last one.
  bool step(const Batch& batch);
  int64_t steps() const { return steps_; }
  RangeTest result() const;

 private:
  Trainer& trainer_;
  RangeTestOptions options_;
  RangeTest test_;
  int64_t steps_ = 0;
  double mean_ = 0;
  double min_ = 0;
};

/// Returns RangeTest::suggestion for rates and smoothed losses. As in fastai, the first tenth and
/// the last five steps are ignored: the mean is inaccurate at the start and increases at the end.
std::optional<double> steepest_rate(std::span<const double> rates,
                                    std::span<const double> smoothed);

}  // namespace convlab
