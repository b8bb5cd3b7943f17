#include <fmt/format.h>
#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/error.h"
#include "engine/class_names.h"
#include "engine/epoch_logs.h"
#include "engine/run.h"
#include "engine/run_loss.h"
#include "engine/run_resize.h"

namespace convlab {

namespace {

/// Returns the part of `flat`, a buffer laid out like Network::values, that belongs to a parameter.
Tensor part_of(const Tensor& flat, const Parameter& parameter, const Tensor& values) {
  const auto offset =
      static_cast<std::byte*>(parameter.value.memory) - static_cast<std::byte*>(values.memory);
  return {parameter.value.shape, DType::f32, static_cast<std::byte*>(flat.memory) + offset};
}

/// 0 while images have yet to arrive.
uint64_t known_fingerprint(const Dataset& dataset) {
  return dataset.complete() ? dataset.fingerprint() : 0;
}

/// Whether the planned epochs are the schedule's length: its option `epochs` is 0.
bool ends_with_run(const Schedule& schedule) {
  const Options options = schedule.options();
  return std::any_of(options.begin(), options.end(), [](const auto& option) {
    const double* epochs = std::get_if<double>(&option.second);
    return option.first == "epochs" && epochs != nullptr && *epochs == 0;
  });
}

bool differ(uint64_t there, uint64_t here) { return there != 0 && here != 0 && there != here; }

}  // namespace

std::vector<NamedTensor> Run::state_tensors() {
  std::vector<NamedTensor> tensors{{"state/metrics.training", trainer_->training().tensor()},
                                   {"state/metrics.validation", trainer_->validation().tensor()}};
  const std::span<const Tensor> states = trainer_->optimizer_states();
  for (size_t i = 0; i < states.size(); ++i) {
    for (const Parameter& parameter : network_.parameters()) {
      if (!parameter.grad) continue;  // not trainable
      tensors.push_back({fmt::format("state/optimizer.{}/{}", i, parameter.name),
                         part_of(states[i], parameter, network_.values())});
    }
  }
  const std::vector<Tensor> remembered = callbacks_.tensors();
  for (size_t i = 0; i < remembered.size(); ++i)
    tensors.push_back({fmt::format("state/callbacks.{}", i), remembered[i]});
  return tensors;
}

RunRecord Run::record() const {
  RunOptions options = options_;
  options.architecture.clear();
  return {.options = std::move(options),
          .epochs = epochs_,
          .epoch = epoch_,
          .step = step_,
          .updates = trainer_->updates(),
          .averaged = trainer_->has_average(),
          .train_images = data_.train->size(),
          .test_images = data_.test->size(),
          .train_fingerprint = known_fingerprint(*data_.train),
          .test_fingerprint = known_fingerprint(*data_.test),
          .schedule_epochs = ends_with_run(*schedule_) ? schedule_epochs_ : 0,
          .batches = train_loader_.batches_done(),
          .validating = validating_,
          .validation_batches = validating_ ? validation_loader_.batches_done() : 0,
          .learning_rate = learning_rate_,
          .step_learning_rate = trainer_->learning_rate(),
          .train_seconds = train_seconds_,
          .validation_seconds = validation_seconds_,
          .epoch_images = epoch_images_,
          .images_per_second = images_per_second_,
          .curve = recorder_.position(),
          .train_loss = recorder_.loss(),
          .train_accuracy = recorder_.accuracy(),
          .val_loss = val_loss_,
          .val_accuracy = val_accuracy_,
          .history = history_,
          .schedule = schedule_->state(),
          .callbacks = callbacks_.state()};
}

// As a model, the file gives what the training showed: it holds the weights that evaluation uses.
std::vector<uint8_t> Run::checkpoint() {
  record_metrics(/*wait=*/true);
  check_loss(trainer_->training().read().loss, step_);
  trainer_->use_eval_weights();
  TrainingInfo info{options_.model, options_.data, data_.train->class_names(), {}};
  append_loss_info(info.options, options_);
  append_resize_info(info.options, options_);
  return checkpoint_bytes(network_, info, state_tensors(), encode(record()));
}

void Run::check_position(const RunRecord& record, const std::string& where) const {
  const int64_t per_epoch = train_loader_.batches_per_epoch();
  if (record.batches > per_epoch || (record.validating && record.batches < per_epoch)) {
    fail("{}: {} training batches of the epoch are done{}{}", where, record.batches,
         record.validating ? " before its validation; expected " : "; expected at most ",
         per_epoch);
  }
  if (record.validation_batches > validation_loader_.batches_per_epoch()) {
    fail("{}: {} validation batches are done; expected at most {}", where,
         record.validation_batches, validation_loader_.batches_per_epoch());
  }
  if (record.epoch > max_epochs || record.step != record.epoch * per_epoch + record.batches) {
    fail("{}: {} steps are done; expected {} epochs of {} steps and {} more", where, record.step,
         record.epoch, per_epoch, record.batches);
  }
}

void Run::check_data(const RunRecord& record, const std::string& where) const {
  if (record.version == 1) return;
  const Dataset& train = *data_.train;
  const Dataset& test = *data_.test;
  if (record.train_images != train.size() || record.test_images != test.size()) {
    fail(
        "{} is of a run on other data: {} with {} training and {} test images there, {} and {} "
        "here",
        where, train.name(), record.train_images, record.test_images, train.size(), test.size());
  }
  if (differ(record.train_fingerprint, known_fingerprint(train)) ||
      differ(record.test_fingerprint, known_fingerprint(test))) {
    fail(
        "{} is of a run on other data: the images or labels of {} are not those of that run, "
        "though their number is the same",
        where, train.name());
  }
}

bool Run::has_schedule_of(const RunOptions& other) const {
  return other.schedule == options_.schedule &&
         other.schedule_options == options_.schedule_options &&
         other.warmup_epochs == options_.warmup_epochs;
}

void Run::restore_schedule(const RunRecord& record) {
  const bool same = has_schedule_of(record.options);
  schedule_epochs_ = same && record.schedule_epochs > 0 ? record.schedule_epochs : options_.epochs;
  schedule_ = new_schedule();
  if (same) schedule_->restore(record.schedule);
}

void Run::restore_callbacks(const RunRecord& record, const std::string& where) {
  try {
    restore_schedule(record);
    callbacks_.restore(record.callbacks, logs_of(record.history));
  } catch (const Error& error) {
    fail("{}: {}", where, error.what());
  }
}

void Run::note_resumed(const RunRecord& record) {
  if (record.version == 1) {
    notes_.push_back(
        "The checkpoint is of version 1: whether it was trained on the same data is unknown, and "
        "so is the length of its learning rate schedule, which now ends with the planned epochs.");
  } else if (schedule_epochs_ != options_.epochs) {
    notes_.push_back(
        fmt::format("The learning rate schedule keeps its length of {} epochs. Other schedule "
                    "options set a new one.",
                    schedule_epochs_));
  }
  const double next = schedule_->rate(learning_rate_, step_);
  constexpr double jump = 1.5;
  if (record.step_learning_rate > 0 && next > jump * record.step_learning_rate) {
    notes_.push_back(
        fmt::format("The learning rate jumps from {:g} to {:g}.", record.step_learning_rate, next));
  }
}

void Run::restore(const RunRecord& record) {
  trainer_->resume(static_cast<uint64_t>(record.step), record.updates, record.averaged);
  set_learning_rate(record.learning_rate);
  trainer_->set_learning_rate(record.step_learning_rate);
  recorder_ = CurveRecorder(record.curve, record.train_loss, record.train_accuracy);
  metrics_.clear();
  val_loss_ = record.val_loss;
  val_accuracy_ = record.val_accuracy;
  history_ = record.history;
  validating_ = record.validating;
  epoch_ = record.epoch;
  epochs_ = options_.epochs;
  step_ = record.step;
  train_seconds_ = record.train_seconds;
  validation_seconds_ = record.validation_seconds;
  epoch_images_ = record.epoch_images;
  images_per_second_ = record.images_per_second;
  train_loader_.start_epoch(epoch_, record.batches);
  if (validating_) validation_loader_.start_epoch(0, record.validation_batches);
  stop_reason_ = callbacks_.stop_reason();
  ended_early_ = !stop_reason_.empty();
  note_resumed(record);
  if (finished()) callbacks_.train_ended();
}

void Run::resume(std::vector<uint8_t> checkpoint, const std::string& source) {
  const CheckpointFile file = parse_checkpoint(std::move(checkpoint), source);
  const std::string where = "[checkpoint] " + source;
  const RunRecord record = decode_run_record(file.run, where + ": the run");
  const std::string differing = differing_options(record.options, options_);
  if (!differing.empty()) fail("{} is of a run with other options: {}", where, differing);
  check_data(record, where);
  if (record.version == 1 && (record.batches > 0 || record.validating)) {
    fail(
        "{}: a version 1 checkpoint within an epoch cannot be continued, because the order of the "
        "images was another; expected one written at the end of an epoch",
        where);
  }
  if (options_.epochs < record.epoch) {
    fail("{}: {} epochs are done; expected --epochs to be at least that, not {}", where,
         record.epoch, options_.epochs);
  }
  check_position(record, where);
  check_learning_rate(record.learning_rate, where + ": ");
  trainer_->use_training_weights();
  const RunRecord before = this->record();
  try {
    restore_callbacks(record, where);
    load_checkpoint(network_, state_tensors(), file);
  } catch (const Error&) {
    callbacks_.restore(before.callbacks, logs_of(before.history));
    restore_schedule(before);
    throw;
  }
  restore(record);
  if (std::string warning =
          class_name_warning(file.training.class_names, data_.train->class_names());
      !warning.empty())
    notes_.push_back(std::move(warning));
}

}  // namespace convlab
