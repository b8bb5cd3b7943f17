#pragma once

#include "engine/replies.h"

namespace convlab {

/// A request that takes time. It is carried out in short slices, so that it can show its progress
/// and be cancelled by destroying it.
class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;

  /// Does the next slice; returns whether it was the last one. Throws Error if the request cannot
  /// be completed.
  virtual bool advance() = 0;
  /// Whether the next slice can only be done when more images have arrived.
  virtual bool is_waiting() const { return false; }
  /// Whether it cannot go on when the run is replaced or its weights change.
  virtual bool uses_run() const { return true; }
  /// Returns the completed fraction, 0 to 1.
  virtual double progress() const = 0;
  /// Returns the result after the last slice.
  virtual Result result() = 0;
};

/// Carries out a task at once.
template <class ResultType>
ResultType complete(Task& task) {
  while (!task.advance()) continue;
  return std::get<ResultType>(task.result());
}

}  // namespace convlab
