#pragma once

#include <concepts>
#include <type_traits>

#include "engine/protocol.h"

/// Lists the fields of each structure of protocol.h once for both the encoder and the decoder:
/// `visit` calls `fields` with the name and the member of each.
namespace convlab {

template <class S, class T>
concept MaybeConst = std::same_as<std::remove_const_t<S>, T>;

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

/// A history, one number per epoch; epochs count from 1.
struct HistoryColumns {
  std::vector<double> train_loss;
  std::vector<double> train_accuracy;
  std::vector<double> val_loss;
  std::vector<double> val_accuracy;
  std::vector<double> learning_rate;
  std::vector<double> seconds;
  std::vector<double> images_per_second;

  template <class Use>
  void for_each(const Use& use) const {
    for (const auto* column : {&train_loss, &train_accuracy, &val_loss, &val_accuracy,
                               &learning_rate, &seconds, &images_per_second})
      use(*column);
  }
};

template <class Fields, MaybeConst<HistoryColumns> S>
void visit(Fields& fields, S& columns) {
  fields("train_loss", columns.train_loss);
  fields("train_accuracy", columns.train_accuracy);
  fields("val_loss", columns.val_loss);
  fields("val_accuracy", columns.val_accuracy);
  fields("learning_rate", columns.learning_rate);
  fields("seconds", columns.seconds);
  fields("images_per_second", columns.images_per_second);
}

inline HistoryColumns columns_of(const std::vector<EpochResult>& history) {
  HistoryColumns columns;
  for (const EpochResult& result : history) {
    columns.train_loss.push_back(result.train_loss);
    columns.train_accuracy.push_back(result.train_accuracy);
    columns.val_loss.push_back(result.val_loss);
    columns.val_accuracy.push_back(result.val_accuracy);
    columns.learning_rate.push_back(result.learning_rate);
    columns.seconds.push_back(result.seconds);
    columns.images_per_second.push_back(result.images_per_second);
  }
  return columns;
}

/// All columns must have the same length.
inline std::vector<EpochResult> rows_of(const HistoryColumns& columns) {
  std::vector<EpochResult> history;
  for (size_t i = 0; i < columns.train_loss.size(); ++i) {
    history.push_back({.epoch = static_cast<int64_t>(i) + 1,
                       .train_loss = columns.train_loss[i],
                       .train_accuracy = columns.train_accuracy[i],
                       .val_loss = columns.val_loss[i],
                       .val_accuracy = columns.val_accuracy[i],
                       .learning_rate = columns.learning_rate[i],
                       .seconds = columns.seconds[i],
                       .images_per_second = columns.images_per_second[i]});
  }
  return history;
}

template <class Fields, MaybeConst<Curve> S>
void visit(Fields& fields, S& curve) {
  fields("x", curve.x);
  fields("y", curve.y);
}

template <class Fields, MaybeConst<Samples> S>
void visit(Fields& fields, S& samples) {
  fields("height", samples.height);
  fields("width", samples.width);
  fields("channels", samples.channels);
  fields("pixels", samples.pixels);
  fields("labels", samples.labels);
  fields("predictions", samples.predictions);
  fields("confidences", samples.confidences);
}

template <class Fields, MaybeConst<Filters> S>
void visit(Fields& fields, S& filters) {
  fields("count", filters.count);
  fields("height", filters.height);
  fields("width", filters.width);
  fields("channels", filters.channels);
  fields("weights", filters.weights);
}

template <class Fields, MaybeConst<Snapshot> S>
void visit(Fields& fields, S& snapshot) {
  fields("sequence", snapshot.sequence);
  fields("state", snapshot.state);
  fields("error", snapshot.error);
  fields("options", snapshot.options);
  fields("backend", snapshot.backend);
  fields("threads", snapshot.threads);
  fields("class_names", snapshot.class_names);
  fields("parameters", snapshot.parameters);
  fields("memory_bytes", snapshot.memory_bytes);
  fields("train_images", snapshot.train_images);
  fields("train_images_here", snapshot.train_images_here);
  fields("step", snapshot.step);
  fields("steps_per_epoch", snapshot.steps_per_epoch);
  fields("epoch", snapshot.epoch);
  fields("epochs", snapshot.epochs);
  fields("learning_rate", snapshot.learning_rate);
  fields("step_learning_rate", snapshot.step_learning_rate);
  fields("images_per_second", snapshot.images_per_second);
  fields("seconds_left", snapshot.seconds_left);
  fields("restored_epoch", snapshot.restored_epoch);
  fields("notes", snapshot.notes);
  fields("stop_reason", snapshot.stop_reason);
  fields("loss", snapshot.loss);
  fields("accuracy", snapshot.accuracy);
  fields("train_loss", snapshot.train_loss);
  fields("train_accuracy", snapshot.train_accuracy);
  fields("val_loss", snapshot.val_loss);
  fields("val_accuracy", snapshot.val_accuracy);
  fields("history", snapshot.history);
  fields("samples", snapshot.samples);
  fields("filters", snapshot.filters);
}

}  // namespace convlab
