#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "train/trainer.h"

namespace convlab {

/// Reads the training metrics of a run back without waiting for the device: metrics are requested
/// after one step and taken after a later one, when they have arrived.
class MetricReader {
 public:
  /// The metrics after training step `step`.
  struct Reading {
    int64_t step = 0;
    Metrics metrics;
  };

  /// Requests the current metrics, those of step `step`.
  void request(int64_t step, const MetricSums& sums);
  /// Takes the oldest request if its metrics have arrived, or waits for them. None without
  /// requests.
  std::optional<Reading> take(bool wait);
  /// Returns the most recent metrics that have arrived, for display, and requests those of `step`
  /// if they are others. All zero if none have arrived since `clear`.
  const Metrics& latest(int64_t step, const MetricSums& sums);
  /// Must be called when the sums are reset or replaced.
  void clear() { *this = {}; }

 private:
  struct Request {
    int64_t step = 0;
    MetricsRead read;
  };

  std::deque<Request> requests_;
  std::optional<Request> display_;
  std::optional<Reading> latest_;
};

}  // namespace convlab
