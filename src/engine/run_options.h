#pragma once

#include <cstdint>
#include <string>

#include "core/options.h"
#include "engine/fields.h"

namespace convlab {

/// Options of a training run. Names and options are those of the registries (data sets, zoo,
/// optimizers, schedules).
struct RunOptions {
  std::string data = "mnist";
  std::string model = "mnist-cnn";
  std::string optimizer = "adam";
  Options optimizer_options;
  double learning_rate = 0;  ///< base rate of the schedule; 0: the optimizer's default
  std::string schedule = "constant";
  Options schedule_options;
  double warmup_epochs = 0;  ///< before the schedule; may be fractional
  Options update_options;    ///< UpdateOptions: clipping, accumulation, moving average
  int64_t batch = 128;
  int64_t epochs = 5;
  uint64_t seed = 1;
  double label_smoothing = 0;
  bool early_stopping = false;
  Options early_stopping_options;  ///< EarlyStoppingOptions: monitor, patience, …
  double time_budget = 0;          ///< seconds from each Start until it pauses; 0: no limit

  bool operator==(const RunOptions&) const = default;
};

template <class Fields, MaybeConst<RunOptions> S>
void visit(Fields& fields, S& options) {
  fields("data", options.data);
  fields("model", options.model);
  fields("optimizer", options.optimizer);
  fields("optimizer_options", options.optimizer_options);
  fields("learning_rate", options.learning_rate);
  fields("schedule", options.schedule);
  fields("schedule_options", options.schedule_options);
  fields("warmup_epochs", options.warmup_epochs);
  fields("update_options", options.update_options);
  fields("batch", options.batch);
  fields("epochs", options.epochs);
  fields("seed", options.seed);
  fields("label_smoothing", options.label_smoothing);
  fields("early_stopping", options.early_stopping);
  fields("early_stopping_options", options.early_stopping_options);
  fields("time_budget", options.time_budget);
}

}  // namespace convlab
