#include <fmt/format.h>

#include <algorithm>

#include "core/counted.h"
#include "engine/run.h"

namespace convlab {

/// Names the images that could not be read, of many only the first; empty if there are none.
std::string Run::skipped_note() const {
  constexpr size_t max_named = 3;
  std::string named;
  size_t count = 0;
  for (const Loader* loader : {&train_loader_, &validation_loader_}) {
    for (const auto& [index, reason] : loader->skipped()) {
      if (++count <= max_named) named += fmt::format("\n  {}", reason);
    }
  }
  if (count == 0) return {};
  if (count > max_named) named += "\n  …";
  return fmt::format("{} cannot be read and {} left out:{}", counted(count, "image"),
                     count == 1 ? "is" : "are", named);
}

void Run::describe(Snapshot& snapshot) {
  const Metrics& metrics = metrics_.latest(step_, trainer_->training());
  snapshot.options = options_;
  snapshot.class_names = data_.train->class_names();
  snapshot.parameters = network_.graph().parameter_count();
  snapshot.train_images = images_.train.size();
  snapshot.validation_images = images_.validation.size();
  snapshot.validates_on_test = options_.validation_split == 0;
  snapshot.train_images_here = data_.train->available();
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
  if (const std::string note = skipped_note(); !note.empty()) snapshot.notes.push_back(note);
  snapshot.history = history_;
  snapshot.train_loss = recorder_.loss();
  snapshot.train_accuracy = recorder_.accuracy();
  snapshot.val_loss = val_loss_;
  snapshot.val_accuracy = val_accuracy_;
}

// In batches no larger than those of the run, for which its memory was planned.
std::vector<float> Run::predict(const Batch& images) {
  const auto image_bytes = static_cast<size_t>(data_.test->image_shape().elements());
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

}  // namespace convlab
