#pragma once

#include "optim/schedules/schedule.h"

namespace convlab {

/// Wraps a schedule with a linear warm-up from 0 to its first rate, as in Keras' CosineDecay (Goyal
/// et al. 2017, section 2.2). Kind, options and state are those of the wrapped schedule.
class Warmup final : public Schedule {
 public:
  /// `steps` must be at least 1.
  Warmup(int64_t steps, std::unique_ptr<Schedule> schedule)
      : steps_(steps), schedule_(std::move(schedule)) {}

  std::string_view kind() const override { return schedule_->kind(); }
  Options options() const override { return schedule_->options(); }
  double rate(double base, int64_t step) const override {
    if (step >= steps_) return schedule_->rate(base, step - steps_);
    return schedule_->rate(base, 0) * static_cast<double>(step) / static_cast<double>(steps_);
  }
  void epoch_ended(double val_loss) override { schedule_->epoch_ended(val_loss); }
  NamedNumbers state() const override { return schedule_->state(); }
  void restore(const NamedNumbers& state) override { schedule_->restore(state); }

 private:
  int64_t steps_;
  std::unique_ptr<Schedule> schedule_;
};

}  // namespace convlab
