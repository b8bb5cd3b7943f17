#include "cli/optimizer_options.h"

#include <algorithm>

#include "cli/kind_options.h"
#include "cli/values.h"
#include "core/options_text.h"
#include "optim/optimizer.h"
#include "optim/schedules/schedule.h"
#include "train/updater.h"

namespace convlab {

namespace {

/// Adds an option that sets one value of UpdateOptions; read_update_options checks its range.
void add_update_option(CLI::App& command, const std::string& name, Options& options,
                       const std::string& option, const std::string& type,
                       const std::string& description) {
  command
      .add_option_function<std::string>(
          name,
          [&options, option](const std::string& text) {
            options.emplace_back(option, parse_option_value(text));
          },
          description)
      ->type_name(type)
      ->group(optimization_group);
}

}  // namespace

void add_optimizer(CLI::App& command, RunOptions& run) {
  add_kind(command, "--optimizer", run.optimizer,
           known_names(optimizer_kinds(), &OptimizerKind::kind));
  add_kind_options(command, "--optimizer-options", run.optimizer_options,
                   "Options of the optimizer, such as momentum=0.9,nesterov=true");
}

void add_optimizer_options(CLI::App& command, RunOptions& run) {
  add_optimizer(command, run);
  add_number(command, "--lr", run.learning_rate, 1e-9, 1e9,
             "Base learning rate, which the schedule varies; default: depends on the optimizer")
      ->type_name("RATE")
      ->group(optimization_group);
  add_kind(command, "--schedule", run.schedule,
           "Learning rate schedule: " + known_names(schedule_kinds(), &ScheduleKind::kind));
  add_kind_options(command, "--schedule-options", run.schedule_options,
                   "Options of the schedule, such as epochs=2,gamma=0.5");
  add_number(command, "--warmup", run.warmup_epochs, 0, 100000,
             "Increase the learning rate linearly from 0 for this many epochs before the schedule "
             "starts; may be fractional")
      ->type_name("EPOCHS")
      ->group(optimization_group);
  Options& update = run.update_options;
  add_update_option(command, "--clip-norm", update, "clip_norm", "NORM",
                    "Clip the gradients to this L2 norm, computed over all of them together");
  add_update_option(command, "--clip-value", update, "clip_value", "VALUE",
                    "Clip each gradient element to the range -VALUE to VALUE");
  add_update_option(command, "--accumulate", update, "accumulate", "N",
                    "Update the weights every N batches, with the mean of their gradients");
  add_update_option(command, "--ema", update, "ema_momentum", "FRACTION",
                    "Evaluate and save an exponential moving average of the weights with this "
                    "momentum (the fraction it keeps in each update); 0.99 is common");
  add_update_option(command, "--ema-overwrite", update, "ema_overwrite_frequency", "N",
                    "Replace the training weights with the moving average every N updates");
}

void check_optimizer_options(const RunOptions& run) {
  find_optimizer(run.optimizer).make(run.optimizer_options);
  make_schedule(run.schedule, run.schedule_options, run.warmup_epochs, {});
  read_update_options(run.update_options);
}

std::string optimizer_options_help() {
  std::string text = "Values for --optimizer-options, with their defaults:";
  for (const OptimizerKind& kind : optimizer_kinds()) {
    text +=
        kind_line(kind.kind, " (--lr " + options_text({{"", kind.learning_rate}}).substr(1) + ")",
                  kind.make({})->options());
  }
  text +=
      "\nValues for --schedule-options, with their defaults (epochs=0: the whole run; for step, a "
      "third of it):";
  for (const ScheduleKind& kind : schedule_kinds())
    text += kind_line(kind.kind, "", kind.make({}, {})->options());
  return text;
}

}  // namespace convlab
