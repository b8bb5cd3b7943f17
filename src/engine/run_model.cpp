#include <algorithm>

#include "core/options_text.h"
#include "engine/run.h"
#include "engine/run_loss.h"
#include "engine/run_resize.h"
#include "engine/tasks/evaluate_task.h"
#include "features/trained_features.h"
#include "io/model_file.h"

namespace convlab {

namespace {

/// Appends the options that are not defaults.
void append_options(Options& info, const RunOptions& run) {
  const auto add = [&info](const std::string& name, const Options& options) {
    if (!options.empty()) info.emplace_back(name, options_text(options));
  };
  add("optimizer_options", run.optimizer_options);
  if (run.schedule != RunOptions().schedule) info.emplace_back("schedule", run.schedule);
  add("schedule_options", run.schedule_options);
  if (run.warmup_epochs > 0) info.emplace_back("warmup_epochs", run.warmup_epochs);
  if (run.validation_split > 0) info.emplace_back("validation_split", run.validation_split);
  add("augmentation", run.augmentation);
  add("update_options", run.update_options);
}

}  // namespace

const EpochResult* result_of_weights(const Snapshot& snapshot) {
  const auto& history = snapshot.history;
  if (snapshot.restored_epoch > 0)
    return &history[static_cast<size_t>(snapshot.restored_epoch - 1)];
  const bool at_end = snapshot.step == snapshot.epoch * snapshot.steps_per_epoch;
  return at_end && !history.empty() ? &history.back() : nullptr;
}

std::vector<uint8_t> Run::model_file() {
  Snapshot state;
  describe(state);
  const RunOptions& run = options_;
  TrainingInfo info{run.model, run.data, data_.train->class_names(), {}};
  info.options = {{"optimizer", run.optimizer}, {"learning_rate", run.learning_rate},
                  {"batch", run.batch},         {"seed", static_cast<int64_t>(run.seed)},
                  {"epochs", epoch_},           {"steps", step_}};
  append_loss_info(info.options, run);
  append_resize_info(info.options, run);
  append_features_info(info.options, *data_.train);
  append_options(info.options, run);
  if (const EpochResult* result = result_of_weights(state))
    info.options.emplace_back("val_accuracy", result->val_accuracy);
  return model_bytes(network(), info);
}

void Run::load(std::shared_ptr<const ModelFile> file) {
  load_weights(network_, *file);
  opened_model_ = std::move(file);
}

namespace {

Batch batch_of(std::vector<uint8_t> pixels) { return {.images = std::move(pixels), .labels = {0}}; }

}  // namespace

Prediction Run::predict_image(std::vector<uint8_t> pixels) {
  const Shape& image = network_.graph().input_shape();
  Batch batch = batch_of(std::move(pixels));
  Prediction result{.class_names = data_.train->class_names(),
                    .scores = trainer_->predict(batch),
                    .are_probabilities = predicts_probabilities(),
                    .height = image[0],
                    .width = image[1],
                    .channels = image[2],
                    .pixels = std::move(batch.images)};
  const auto best = std::max_element(result.scores.begin(), result.scores.end());
  result.best = static_cast<int32_t>(best - result.scores.begin());
  return result;
}

std::unique_ptr<Task> Run::evaluation(int64_t top_k) {
  return std::make_unique<EvaluateTask>(*trainer_, *data_.test, options_.batch, top_k, workers_,
                                        now_);
}

}  // namespace convlab
