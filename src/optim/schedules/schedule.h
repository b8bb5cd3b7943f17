#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "core/named_numbers.h"
#include "core/options.h"

namespace convlab {

/// The planned length of a run, in training steps (batches).
struct RunLength {
  int64_t steps_per_epoch = 1;
  int64_t steps = 1;
};

/// Base class of learning rate schedules: the rate of each step, from a base rate that the user may
/// change during the run. The rate depends only on the step and, for schedules that monitor the
/// loss, on the losses of past epochs. Options called `epochs` are lengths and may be fractions
/// (0.5: half an epoch); if their default is 0, it means the rest of the run after the warm-up.
class Schedule {
 public:
  Schedule() = default;
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;
  virtual ~Schedule() = default;

  virtual std::string_view kind() const = 0;
  virtual Options options() const = 0;
  /// Returns the learning rate of `step`, which counts from 0.
  virtual double rate(double base, int64_t step) const = 0;
  /// Must be called after each epoch.
  virtual void epoch_ended(double /*val_loss*/) {}

  /// The state for checkpoints; empty unless `epoch_ended` changes something.
  virtual NamedNumbers state() const { return {}; }
  /// Restores a state. Throws Error if it is not a state of this kind, and then changes nothing.
  virtual void restore(const NamedNumbers& state);
};

/// A schedule kind and its factory.
struct ScheduleKind {
  std::string_view kind;
  std::string_view title;
  std::vector<OptionField> (*options)();
  std::unique_ptr<Schedule> (*make)(const Options& options, const RunLength& length);
};

std::span<const ScheduleKind> schedule_kinds();

/// Returns the kind with this name. Throws Error that lists the known kinds.
const ScheduleKind& find_schedule(std::string_view kind);

/// Creates a schedule that begins after a linear warm-up of `warmup_epochs` (0: no warm-up). Throws
/// Error for an unknown kind or invalid options.
std::unique_ptr<Schedule> make_schedule(std::string_view kind, const Options& options,
                                        double warmup_epochs, const RunLength& length);

/// Converts epochs to a whole number of steps, at least 1; 0 epochs are `otherwise` steps.
int64_t steps_of(double epochs, const RunLength& length, int64_t otherwise);

}  // namespace convlab
