#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "core/named_numbers.h"
#include "core/options.h"

namespace convlab {

/// How long a run is planned to be, in training steps (batches).
struct RunLength {
  int64_t steps_per_epoch = 1;
  int64_t steps = 1;
};

/// The learning rate of each step of a run, from a base rate that a user may change meanwhile: a
/// pure function of the step and, for a schedule that watches the loss, of the epochs' losses so
/// far. Options called `epochs` are lengths and may be fractions (0.5: half an epoch's steps);
/// where 0 is their default it stands for all the run that follows the warm-up.
class Schedule {
 public:
  Schedule() = default;
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;
  virtual ~Schedule() = default;

  virtual std::string_view kind() const = 0;
  virtual Options options() const = 0;
  /// `step` counts from 0.
  virtual double rate(double base, int64_t step) const = 0;
  /// To be told after each epoch.
  virtual void epoch_ended(double /*val_loss*/) {}

  /// Empty unless `epoch_ended` changes something.
  virtual NamedNumbers state() const { return {}; }
  /// Throws Error for what is no state of this kind, and then changes nothing.
  virtual void restore(const NamedNumbers& state);
};

/// A kind of schedule, by name.
struct ScheduleKind {
  std::string_view kind;
  std::string_view title;
  std::unique_ptr<Schedule> (*make)(const Options& options, const RunLength& length);
};

std::span<const ScheduleKind> schedule_kinds();

/// Throws Error that lists the known kinds.
const ScheduleKind& find_schedule(std::string_view kind);

/// A schedule that begins after a linear warm-up of `warmup_epochs` (0: without). Throws Error for
/// an unknown kind or bad options.
std::unique_ptr<Schedule> make_schedule(std::string_view kind, const Options& options,
                                        double warmup_epochs, const RunLength& length);

/// `epochs` in whole steps, at least one; 0 epochs are `otherwise` steps.
int64_t steps_of(double epochs, const RunLength& length, int64_t otherwise);

}  // namespace convlab
