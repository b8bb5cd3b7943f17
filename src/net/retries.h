#pragma once

#include <cstdint>
#include <functional>
#include <utility>

namespace convlab {

/// Counts the tries of a download that fail in a row, and waits before the next one.
class Retries {
 public:
  /// `seconds`: to wait before the second try, doubled for each further one. `stopped`, which may
  /// be empty, is called at least once per second; true ends the waiting.
  Retries(double seconds, std::function<bool()> stopped)
      : first_seconds_(seconds), seconds_(seconds), stopped_(std::move(stopped)) {}

  /// Much has arrived; the failures before do not count any more.
  void reset();
  /// Counts a failure; false if it was one too many.
  bool count_failure() { return ++failures_ < max_failures; }
  /// Returns false if it was stopped.
  bool wait();

  static constexpr int max_failures = 5;
  static constexpr uint64_t progress_bytes = uint64_t{1} << 20;  ///< that are much

 private:
  double first_seconds_;
  double seconds_;
  std::function<bool()> stopped_;
  int failures_ = 0;
};

}  // namespace convlab
