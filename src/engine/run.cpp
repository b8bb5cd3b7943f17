#include "engine/run.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "data/formats/shard.h"
#include "engine/epoch_logs.h"
#include "loss/softmax_cross_entropy.h"
#include "train/callbacks/early_stopping.h"
#include "train/callbacks/time_budget.h"
#include "train/check_fits.h"
#include "train/check_memory.h"

namespace convlab {

namespace {

constexpr int64_t sample_count = 30;
constexpr int64_t max_filters = 64;
constexpr double max_seconds = 1e9;
constexpr double min_rate = 1e-9;
constexpr double max_rate = 1e9;  // far too high, but a run that diverges reports it

RunOptions checked(RunOptions options) {
  const auto within = [](std::string_view name, auto value, auto min, auto max) {
    if (!(value >= min && value <= max)) {
      fail("[run] option ", name, " is ", value, " but must lie in ", min, " to ", max);
    }
  };
  const OptimizerKind& optimizer = find_optimizer(options.optimizer);
  if (options.learning_rate == 0) options.learning_rate = optimizer.learning_rate;
  within("learning_rate", options.learning_rate, min_rate, max_rate);
  within("batch", options.batch, int64_t{1}, Run::max_batch);
  within("time_budget", options.time_budget, 0.0, max_seconds);
  within("epochs", options.epochs, int64_t{1}, Run::max_epochs);
  return options;
}

std::unique_ptr<Trainer> make_trainer(const RunOptions& options, Network& network) {
  return std::make_unique<Trainer>(
      network,
      std::make_unique<SoftmaxCrossEntropy>(SoftmaxCrossEntropyOptions{options.label_smoothing}),
      find_optimizer(options.optimizer).make(options.optimizer_options), options.learning_rate,
      read_update_options(options.update_options));
}

TrainingSize size_of(const RunOptions& options, const DatasetSplits& data) {
  const auto optimizer = find_optimizer(options.optimizer).make(options.optimizer_options);
  return {.model = options.model,
          .batch = options.batch,
          .train_images = data.train.size(),
          .eval_images = data.test.size(),
          .states = state_count(*optimizer, read_update_options(options.update_options))};
}

/// Returns the graph after checking that it matches the data and that its training fits into
/// memory.
Graph fitting(Graph graph, const DatasetSplits& data, const RunOptions& options,
              const Backend& backend) {
  check_fits(graph, data.train, options.model);
  check_memory(graph, backend, size_of(options, data));
  return graph;
}

}  // namespace

Run::Run(const RunOptions& options, DatasetSplits data, Graph graph, Backend& backend,
         std::function<double()> now, int64_t prefetch, std::function<Callbacks()> more_callbacks)
    : options_(checked(options)),
      data_(std::move(data)),
      now_(std::move(now)),
      softmax_folded_(fold_final_activation(graph, SoftmaxCrossEntropy())),
      network_(fitting(std::move(graph), data_, options_, backend), backend, options_.seed),
      train_loader_(
          data_.train,
          {.batch = options_.batch, .shuffle = true, .seed = options_.seed, .prefetch = prefetch}),
      test_loader_(data_.test,
                   {.batch = options_.batch, .shuffle = false, .seed = 0, .prefetch = prefetch}),
      recorder_(train_loader_.batches_per_epoch()),
      more_callbacks_(std::move(more_callbacks)),
      learning_rate_(options_.learning_rate) {
  reset();
}

void Run::reset() {
  network_.initialize(options_.seed);
  callbacks_ = {};
  trainer_ = {};  // first, so that old and new trainer do not need memory at once
  trainer_ = make_trainer(options_, network_);
  const TrainingSize size = size_of(options_, data_);
  if (size.train_batch() > 0) trainer_->prepare(Mode::train, size.train_batch());
  if (size.eval_batch() > 0) trainer_->prepare(Mode::eval, size.eval_batch());
  schedule_epochs_ = options_.epochs;
  schedule_ = new_schedule();
  recorder_ = CurveRecorder(train_loader_.batches_per_epoch());
  val_loss_ = {};
  val_accuracy_ = {};
  history_.clear();
  callbacks_ = make_callbacks();
  stop_reason_.clear();
  notes_.clear();
  ended_early_ = false;
  validating_ = false;
  epoch_ = 0;
  epochs_ = options_.epochs;
  step_ = 0;
  train_seconds_ = validation_seconds_ = images_per_second_ = 0;
  epoch_images_ = 0;
  train_loader_.start_epoch(0);
  if (softmax_folded_) {
    notes_.emplace_back(
        "The model's final softmax is part of the loss and of predictions, so it is left out of "
        "the network.");
  }
  note_classes();
  note_selection();
}

void Run::note_classes() {
  const Dataset& train = data_.train;
  if (!train.complete() || train.size() == 0) return;
  std::vector<int64_t> counts(static_cast<size_t>(train.classes()));
  for (int64_t i = 0; i < train.size(); ++i) ++counts[train.label(i)];
  std::string absent;
  size_t present = 0;
  for (size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] > 0) {
      ++present;
    } else {
      absent += (absent.empty() ? "" : ", ") + train.class_names()[label];
    }
  }
  if (present == 1 && counts.size() > 1) {
    notes_.push_back(concat("All training images of ", train.name(), " are of one class, \"",
                            train.class_names()[train.label(0)],
                            "\": the network can only learn to answer that."));
  } else if (!absent.empty()) {
    notes_.push_back(concat("There are no training images of ", train.name(), " of the classes ",
                            absent, ": the network cannot learn them."));
  }
}

// What is chosen by the test images does better on them than on new images.
void Run::note_selection() {
  std::string chosen;
  if (options_.early_stopping) chosen = "Early stopping";
  if (options_.schedule == "plateau")
    chosen += chosen.empty() ? "The schedule plateau" : " and the schedule plateau";
  if (!chosen.empty())
    notes_.push_back(chosen + " judges by the test images: the test accuracy will be too good.");
}

std::unique_ptr<Schedule> Run::new_schedule() const {
  const int64_t steps = train_loader_.batches_per_epoch();
  return make_schedule(options_.schedule, options_.schedule_options, options_.warmup_epochs,
                       {steps, steps * schedule_epochs_});
}

void Run::check_learning_rate(double rate, const std::string& where) {
  if (!(rate >= min_rate && rate <= max_rate)) {
    fail(where, "the learning rate is ", rate, " but must lie in ", min_rate, " to ", max_rate);
  }
}

void Run::set_learning_rate(double rate) {
  check_learning_rate(rate, "[run] ");
  learning_rate_ = rate;
}

const Network& Run::network() {
  trainer_->use_eval_weights();
  return network_;
}

void Run::append_data(bool train, std::span<const uint8_t> shard, const std::string& source) {
  const Shard parsed = parse_shard(shard, source);
  Dataset& dataset = train ? data_.train : data_.test;
  if (!(parsed.image == dataset.image_shape())) {
    fail(source, ": has images of ", parsed.image, " but ", dataset.name(), " has ",
         dataset.image_shape());
  }
  dataset.append(parsed.images, parsed.labels, source);
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
    for (auto& callback : more_callbacks_()) callbacks.push_back(std::move(callback));
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

Run::Progress Run::train_step() {
  if (!train_loader_.ready()) return Progress::waiting;
  const double start = now_();
  if (!train_loader_.next(batch_)) {
    trainer_->end_epoch();
    validating_ = true;
    trainer_->validation().reset();
    test_loader_.start_epoch(0);
    return Progress::busy;
  }
  trainer_->set_learning_rate(schedule_->rate(learning_rate_, step_));
  trainer_->step(batch_);
  ++step_;
  epoch_images_ += batch_.size();
  if (recorder_.due(step_)) {
    const Metrics metrics = trainer_->training().read();
    check_loss(metrics.loss);
    recorder_.record(
        static_cast<double>(step_) / static_cast<double>(train_loader_.batches_per_epoch()),
        metrics);
  }
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
  if (!test_loader_.ready()) return Progress::waiting;
  const double start = now_();
  const bool more = test_loader_.next(batch_);
  if (more) trainer_->evaluate(batch_);
  validation_seconds_ += now_() - start;
  if (more) return Progress::busy;
  finish_epoch();
  return finished() ? Progress::finished : Progress::busy;
}

void Run::finish_epoch() {
  const Metrics train = trainer_->training().read();
  const Metrics validation = trainer_->validation().read();
  check_loss(train.loss);
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
  recorder_.start_epoch();
  train_loader_.start_epoch(epoch_);
  train_seconds_ = validation_seconds_ = 0;
  epoch_images_ = 0;
  callbacks_.epoch_ended(logs_of(history_.back(), step_));
  stop_reason_ = callbacks_.stop_reason();
  ended_early_ = !stop_reason_.empty();
  if (finished()) callbacks_.train_ended();
}

void Run::check_loss(double loss) const {
  if (std::isfinite(loss)) return;
  fail("Training stopped: the loss is no longer a number (epoch ", epoch_ + 1, ", step ", step_,
       "). The learning rate ", trainer_->learning_rate(),
       " is probably too high: start again with a lower one (command: --lr; page and window: "
       "Reset).");
}

double Run::seconds_left() const {
  if (images_per_second_ <= 0) return -1;
  const double images =
      static_cast<double>((epochs_ - epoch_) * data_.train.size() - epoch_images_);
  double validation = validation_seconds_;
  if (!history_.empty()) {
    const EpochResult& last = history_.back();
    validation = last.seconds - static_cast<double>(data_.train.size()) / last.images_per_second;
  }
  return images / images_per_second_ + validation * static_cast<double>(epochs_ - epoch_);
}

void Run::describe(Snapshot& snapshot) const {
  const Metrics metrics = trainer_->training().read();
  snapshot.options = options_;
  snapshot.class_names = data_.train.class_names();
  snapshot.parameters = network_.graph().parameter_count();
  snapshot.train_images = data_.train.size();
  snapshot.train_images_here = data_.train.available();
  snapshot.step = step_;
  snapshot.steps_per_epoch = train_loader_.batches_per_epoch();
  snapshot.epoch = epoch_;
  snapshot.epochs = epochs_;
  snapshot.learning_rate = learning_rate_;
  snapshot.step_learning_rate = schedule_->rate(learning_rate_, step_);
  snapshot.images_per_second = images_per_second_;
  snapshot.seconds_left = finished() ? 0 : seconds_left();
  snapshot.loss =
      metrics.samples > 0 || history_.empty() ? metrics.loss : history_.back().train_loss;
  snapshot.accuracy =
      metrics.samples > 0 || history_.empty() ? metrics.accuracy : history_.back().train_accuracy;
  snapshot.stop_reason = stop_reason_;
  snapshot.restored_epoch = callbacks_.restored_epoch();
  snapshot.notes = notes_;
  snapshot.history = history_;
  snapshot.train_loss = recorder_.loss();
  snapshot.train_accuracy = recorder_.accuracy();
  snapshot.val_loss = val_loss_;
  snapshot.val_accuracy = val_accuracy_;
}

// In batches no larger than those of the run, for which its memory was planned.
std::vector<float> Run::predict(const Batch& images) {
  const auto image_bytes = static_cast<size_t>(data_.test.image_shape().elements());
  std::vector<float> probabilities;
  for (int64_t first = 0; first < images.size(); first += options_.batch) {
    const int64_t last = std::min(first + options_.batch, images.size());
    const auto pixels = std::span(images.images)
                            .subspan(static_cast<size_t>(first) * image_bytes,
                                     static_cast<size_t>(last - first) * image_bytes);
    Batch part;
    part.images.assign(pixels.begin(), pixels.end());
    part.labels.assign(images.labels.begin() + first, images.labels.begin() + last);
    const std::vector<float> more = trainer_->predict(part);
    probabilities.insert(probabilities.end(), more.begin(), more.end());
  }
  return probabilities;
}

Samples Run::samples() {
  const Shape& image = data_.test.image_shape();
  Samples samples;
  samples.height = image[0];
  samples.width = image[1];
  samples.channels = image[2];
  Batch batch;
  for (int64_t i = 0; i < std::min(sample_count, data_.test.available()); ++i) {
    const std::span<const uint8_t> pixels = data_.test.image(i);
    batch.images.insert(batch.images.end(), pixels.begin(), pixels.end());
    batch.labels.push_back(data_.test.label(i));
  }
  const int64_t classes = data_.test.classes();
  const std::vector<float> probabilities = predict(batch);
  for (int64_t i = 0; i < batch.size(); ++i) {
    const auto row = probabilities.begin() + i * classes;
    const auto best = std::max_element(row, row + classes);
    samples.predictions.push_back(static_cast<int32_t>(best - row));
    samples.confidences.push_back(*best);
  }
  samples.pixels = std::move(batch.images);
  samples.labels = std::move(batch.labels);
  return samples;
}

Filters Run::filters() const {
  const auto parameters = network_.parameters();
  if (parameters.empty()) return {};
  const Tensor& weights = parameters[0].value;
  const Shape& image = network_.graph().input_shape();
  Filters filters;
  filters.count = std::min(weights.shape[0], max_filters);
  if (weights.shape.rank() == 4) {
    filters.height = weights.shape[1];
    filters.width = weights.shape[2];
    filters.channels = weights.shape[3];
  } else if (weights.shape.rank() == 2 && weights.shape[1] == image.elements()) {
    filters.height = image[0];
    filters.width = image[1];
    filters.channels = image[2];
  } else {
    return {};
  }
  const Tensor shown{
      {filters.count, filters.height, filters.width, filters.channels}, DType::f32, weights.memory};
  const std::unique_ptr<ReadBack> read = network_.backend().read_back(shown);
  filters.weights.assign(read->values().begin(), read->values().end());
  return filters;
}

}  // namespace convlab
