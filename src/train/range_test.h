#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "train/trainer.h"

namespace convlab {

/// fastai's lr_find.
struct RangeTestOptions {
  double first_rate = 1e-7;
  double last_rate = 10;
  int64_t steps = 100;
  double smoothing = 0.98;  ///< fraction that the moving mean of the losses keeps
  double stop_factor = 4;   ///< stops where the smoothed loss exceeds so many times its least
};

/// The losses of training steps whose learning rate grew by the same factor each time.
struct RangeTest {
  std::vector<double> rates;
  std::vector<double> losses;    ///< of each step's batch, before its update
  std::vector<double> smoothed;  ///< their moving mean, corrected for its start from 0
  /// Where the smoothed loss falls steepest over log(rate); none if it never does or there are too
  /// few steps to say.
  std::optional<double> suggestion;
};

/// Trains by batches from `next` with rates that grow exponentially (Smith 2017, section 3.3) until
/// the last, or until the loss grows far beyond its least or is no number. Reads back after each
/// step. The weights are of no use after it. Throws Error for rates or steps that cannot be.
RangeTest range_test(Trainer& trainer, const std::function<void(Batch&)>& next,
                     const RangeTestOptions& options);

/// RangeTest::suggestion for rates and smoothed losses. As in fastai the first tenth and the last
/// five are left out: the mean is rough there, or already climbing.
std::optional<double> steepest_rate(std::span<const double> rates,
                                    std::span<const double> smoothed);

}  // namespace convlab
