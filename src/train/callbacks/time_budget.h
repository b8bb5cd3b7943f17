#pragma once

#include <fmt/format.h>
#include <functional>
#include <utility>

#include "train/callbacks/callback.h"

namespace convlab {

/// Pauses a training after the step in which the time budget runs out. The training can be
/// continued, with the full budget again. Keras has no such callback.
class TimeBudget final : public Callback {
 public:
  /// `now` returns monotonic time in seconds.
  TimeBudget(double seconds, std::function<double()> now)
      : seconds_(seconds), now_(std::move(now)) {}

  void train_began() override {
    end_ = now_() + seconds_;
    over_ = false;
  }
  void step_ended(int64_t) override { over_ = over_ || now_() >= end_; }
  std::string stop_reason() const override {
    return over_ ? fmt::format("the time budget of {} s is used up", seconds_) : std::string();
  }

 private:
  double seconds_;
  std::function<double()> now_;
  double end_ = 0;
  bool over_ = false;
};

}  // namespace convlab
