#include "engine/run.h"

#include <algorithm>
#include <cmath>

#include "core/counted.h"
#include "core/error.h"
#include "engine/epoch_logs.h"
#include "engine/run_features.h"
#include "engine/run_loss.h"
#include "loss/class_weights.h"
#include "train/callbacks/early_stopping.h"
#include "train/callbacks/time_budget.h"
#include "train/check_fits.h"
#include "train/check_memory.h"

namespace convlab {

namespace {

constexpr double max_seconds = 1e9;
constexpr double min_rate = 1e-9;
constexpr double max_rate = 1e9;  // far too high, but a run that diverges reports it

RunOptions checked(RunOptions options) {
  const auto within = [](std::string_view name, auto value, auto min, auto max) {
    if (!(value >= min && value <= max)) {
      fail("[run] option {} is {} but must lie in {} to {}", name, value, min, max);
    }
  };
  const OptimizerKind& optimizer = find_optimizer(options.optimizer);
  if (options.learning_rate == 0) options.learning_rate = optimizer.learning_rate;
  within("learning_rate", options.learning_rate, min_rate, max_rate);
  within("batch", options.batch, int64_t{1}, Run::max_batch);
  within("time_budget", options.time_budget, 0.0, max_seconds);
  within("epochs", options.epochs, int64_t{1}, Run::max_epochs);
  if (!(options.validation_split >= 0 && options.validation_split < 1)) {
    fail("[run] option validation_split is {} but must lie in 0 to below 1",
         options.validation_split);
  }
  make_loss(options);
  read_augmentation(options.augmentation);
  options.class_weights = checked_class_weights(options.class_weights);
  return options;
}

std::unique_ptr<Trainer> make_trainer(const RunOptions& options, Network& network) {
  return std::make_unique<Trainer>(
      network, make_loss(options),
      find_optimizer(options.optimizer).make(options.optimizer_options), options.learning_rate,
      read_update_options(options.update_options));
}

TrainValidation chosen_images(const RunOptions& options, const DatasetSplits& data) {
  if (options.validation_split == 0) return {*data.train, *data.test};
  return stratified_split(*data.train, options.validation_split, options.seed);
}

TrainingSize size_of(const RunOptions& options, const TrainValidation& images,
                     const DatasetSplits& data) {
  const auto optimizer = find_optimizer(options.optimizer).make(options.optimizer_options);
  return {.model = options.model,
          .batch = options.batch,
          .train_images = images.train.size(),
          .eval_images =
              std::max(images.validation.size(), std::min(Run::sample_count, data.test->size())),
          .states = state_count(*optimizer, read_update_options(options.update_options)),
          .sample_type = data.train->sample_type()};
}

}  // namespace

void Run::check(const RunOptions& given, const DatasetSplits& data, const Graph& graph,
                const Backend& backend, uint64_t reclaimable) {
  const RunOptions options = checked(given);
  const TrainValidation images = chosen_images(options, data);
  const TrainingSize size = size_of(options, images, data);
  const int64_t steps = (images.train.size() + options.batch - 1) / options.batch;
  make_schedule(options.schedule, options.schedule_options, options.warmup_epochs,
                {steps, steps * options.epochs});
  read_options<EarlyStoppingOptions>("early_stopping", options.early_stopping_options);
  Graph folded = graph;
  fold_final_activation(folded, *make_loss(options));
  check_feature_options(options, *data.train);
  check_fits(folded, *data.train, options.model);
  if (options.class_weights != balanced_classes)
    ClassWeights::check(class_weights(options, images.train), data.train->classes());
  check_memory(folded, backend, size, reclaimable);
}

Run::Run(const RunOptions& options, DatasetSplits data, Graph graph, Backend& backend,
         std::function<double()> now, std::shared_ptr<WorkerPool> workers,
         std::function<Callbacks(Run&)> more_callbacks)
    : options_(checked(options)),
      data_(std::move(data)),
      images_(chosen_images(options_, data_)),
      now_(std::move(now)),
      activation_folded_(fold_final_activation(graph, *make_loss(options_))),
      network_(std::move(graph), backend, options_.seed, size_of(options_, images_, data_).use()),
      workers_(std::move(workers)),
      train_loader_(images_.train, {.batch = options_.batch,
                                    .shuffle = true,
                                    .seed = options_.seed,
                                    .workers = workers_,
                                    .augmentation = read_augmentation(options_.augmentation)}),
      validation_loader_(
          images_.validation,
          {.batch = options_.batch, .shuffle = false, .seed = 0, .workers = workers_}),
      recorder_(train_loader_.batches_per_epoch()),
      more_callbacks_(std::move(more_callbacks)),
      learning_rate_(options_.learning_rate) {
  reset();
}

void Run::reset() {
  if (opened_model_) {
    load_weights(network_, *opened_model_);
  } else {
    network_.initialize(options_.seed);
  }
  callbacks_ = {};
  trainer_ = {};  // first, so that old and new trainer do not need memory at once
  trainer_ = make_trainer(options_, network_);
  trainer_->set_sample_type(data_.train->sample_type());
  const TrainingSize size = size_of(options_, images_, data_);
  if (size.train_batch() > 0) trainer_->prepare(Mode::train, size.train_batch());
  if (size.eval_batch() > 0) trainer_->prepare(Mode::eval, size.eval_batch());
  schedule_epochs_ = options_.epochs;
  schedule_ = new_schedule();
  recorder_ = CurveRecorder(train_loader_.batches_per_epoch());
  metrics_.clear();
  val_loss_ = {};
  val_accuracy_ = {};
  history_.clear();
  callbacks_ = make_callbacks();
  stop_reason_.clear();
  notes_ = data_.notes;
  ended_early_ = false;
  validating_ = false;
  epoch_ = 0;
  epochs_ = options_.epochs;
  step_ = 0;
  train_seconds_ = validation_seconds_ = images_per_second_ = 0;
  epoch_images_ = 0;
  has_all_images_ = data_.train->complete();
  train_loader_.start_epoch(0);
  if (!waits_for_labels()) trainer_->set_class_weights(class_weights(options_, images_.train));
  note_activation();
  note_classes();
  note_selection();
}

bool Run::waits_for_labels() const {
  const bool needed = options_.validation_split > 0 || options_.class_weights == balanced_classes;
  return needed && !data_.train->complete();
}

std::unique_ptr<Schedule> Run::new_schedule() const {
  const int64_t steps = train_loader_.batches_per_epoch();
  return make_schedule(options_.schedule, options_.schedule_options, options_.warmup_epochs,
                       {steps, steps * schedule_epochs_});
}

void Run::check_learning_rate(double rate, const std::string& where) {
  if (!(rate >= min_rate && rate <= max_rate)) {
    fail("{}the learning rate is {} but must lie in {} to {}", where, rate, min_rate, max_rate);
  }
}

void Run::set_learning_rate(double rate) {
  check_learning_rate(rate, "[run] ");
  learning_rate_ = rate;
}

void Run::set_epochs(int64_t epochs) {
  const int64_t begun = epoch_ + (train_loader_.batches_done() > 0 ? 1 : 0);
  if (epochs < std::max<int64_t>(begun, 1) || epochs > max_epochs) {
    fail("[run] epochs is {} but must lie in {} to {}; {}{} begun", epochs,
         std::max<int64_t>(begun, 1), max_epochs, counted(begun, "epoch"),
         begun == 1 ? " has" : " have");
  }
  epochs_ = options_.epochs = epochs;
}

const Network& Run::network() {
  trainer_->use_eval_weights();
  return network_;
}

void Run::data_arrived() {
  if (has_all_images_ || !data_.train->complete()) return;
  has_all_images_ = true;
  if (options_.validation_split > 0) {
    images_ = chosen_images(options_, data_);
    train_loader_.set_images(images_.train);
    validation_loader_.set_images(images_.validation);
  }
  trainer_->set_class_weights(class_weights(options_, images_.train));
  note_classes();
}

CallbackList Run::make_callbacks() {
  Callbacks callbacks;
  if (options_.early_stopping) {
    callbacks.push_back(std::make_unique<EarlyStopping>(
        read_options<EarlyStoppingOptions>("early_stopping", options_.early_stopping_options),
        *trainer_));
  }
  if (options_.time_budget > 0)
    callbacks.push_back(std::make_unique<TimeBudget>(options_.time_budget, now_));
  if (more_callbacks_) {
    for (auto& callback : more_callbacks_(*this)) callbacks.push_back(std::move(callback));
  }
  return CallbackList(std::move(callbacks));
}

void Run::begin() {
  if (finished()) epochs_ = epoch_ + options_.epochs;
  ended_early_ = false;
  callbacks_.train_began();
  stop_reason_.clear();
}

void Run::end() {
  if (finished()) return;
  ended_early_ = true;
  callbacks_.train_ended();
}

Run::Progress Run::advance() {
  if (finished()) return Progress::finished;
  return validating_ ? validation_batch() : train_step();
}

/// Loads the next batch and returns whether there is one; nothing if the data is gone. The network
/// is as it was then, so training can go on when the data is back.
std::optional<bool> Run::next_batch(Loader& loader) {
  data_error_.clear();
  try {
    return loader.next(batch_);
  } catch (const Error& error) {
    data_error_ = error.what();
    return std::nullopt;
  }
}

Run::Progress Run::train_step() {
  if (waits_for_labels() || !train_loader_.ready()) return Progress::waiting;
  const double start = now_();
  const std::optional<bool> more = next_batch(train_loader_);
  if (!more) return Progress::stopped;
  if (!*more) {
    trainer_->end_epoch();
    network_.backend().synchronize();
    train_seconds_ += now_() - start;
    validating_ = true;
    trainer_->validation().reset();
    validation_loader_.start_epoch(0);
    return Progress::busy;
  }
  trainer_->set_learning_rate(schedule_->rate(learning_rate_, step_));
  trainer_->step(batch_);
  ++step_;
  epoch_images_ += batch_.size();
  if (recorder_.due(step_)) metrics_.request(step_, trainer_->training());
  record_metrics(/*wait=*/false);
  const double seconds = std::max(now_() - start, 1e-9);
  train_seconds_ += seconds;
  const double rate = static_cast<double>(batch_.size()) / seconds;
  constexpr double memory = 0.95;  // decay of a moving average over about 20 steps
  images_per_second_ =
      images_per_second_ == 0 ? rate : memory * images_per_second_ + (1 - memory) * rate;
  callbacks_.step_ended(step_);
  stop_reason_ = callbacks_.stop_reason();
  return stop_reason_.empty() ? Progress::busy : Progress::stopped;
}

Run::Progress Run::validation_batch() {
  if (!validation_loader_.ready()) return Progress::waiting;
  const double start = now_();
  const std::optional<bool> next = next_batch(validation_loader_);
  if (!next) return Progress::stopped;
  const bool more = *next;
  if (more) trainer_->evaluate(batch_);
  if (!more) network_.backend().synchronize();
  validation_seconds_ += now_() - start;
  if (more) return Progress::busy;
  finish_epoch();
  return finished() ? Progress::finished : Progress::busy;
}

void Run::record_metrics(bool wait) {
  const auto steps = static_cast<double>(train_loader_.batches_per_epoch());
  while (const std::optional<MetricReader::Reading> reading = metrics_.take(wait)) {
    // A point recorded since the request may have made points due half as often.
    if (!recorder_.due(reading->step)) continue;
    check_loss(reading->metrics.loss, reading->step);
    recorder_.record(static_cast<double>(reading->step) / steps, reading->metrics);
  }
}

void Run::finish_epoch() {
  record_metrics(/*wait=*/true);
  const Metrics train = trainer_->training().read();
  const Metrics validation = trainer_->validation().read();
  check_loss(train.loss, step_);
  ++epoch_;
  history_.push_back(
      {.epoch = epoch_,
       .train_loss = train.loss,
       .train_accuracy = train.accuracy,
       .val_loss = validation.loss,
       .val_accuracy = validation.accuracy,
       .learning_rate = trainer_->learning_rate(),
       .seconds = train_seconds_ + validation_seconds_,
       .images_per_second = static_cast<double>(epoch_images_) / std::max(train_seconds_, 1e-9)});
  for (Curve* curve : {&val_loss_, &val_accuracy_}) curve->x.push_back(static_cast<float>(epoch_));
  val_loss_.y.push_back(static_cast<float>(validation.loss));
  val_accuracy_.y.push_back(static_cast<float>(validation.accuracy));
  schedule_->epoch_ended(validation.loss);
  validating_ = false;
  trainer_->training().reset();
  metrics_.clear();
  recorder_.start_epoch();
  train_loader_.start_epoch(epoch_);
  train_seconds_ = validation_seconds_ = 0;
  epoch_images_ = 0;
  callbacks_.epoch_ended(logs_of(history_.back(), step_));
  stop_reason_ = callbacks_.stop_reason();
  ended_early_ = !stop_reason_.empty();
  if (finished()) callbacks_.train_ended();
}

void Run::check_loss(double loss, int64_t step) const {
  if (std::isfinite(loss)) return;
  fail(
      "Training stopped: the loss is no longer a number (epoch {}, step {}). The learning rate "
      "{:g} is probably too high: start again with a lower one (command: --lr; page and window: "
      "Reset).",
      epoch_ + 1, step, trainer_->learning_rate());
}

double Run::seconds_left() const {
  if (images_per_second_ <= 0) return -1;
  const double images =
      static_cast<double>((epochs_ - epoch_) * images_.train.size() - epoch_images_);
  double validation = validation_seconds_;
  if (!history_.empty()) {
    const EpochResult& last = history_.back();
    validation = last.seconds - static_cast<double>(images_.train.size()) / last.images_per_second;
  }
  return images / images_per_second_ + validation * static_cast<double>(epochs_ - epoch_);
}

}  // namespace convlab
