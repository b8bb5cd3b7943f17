#include <fmt/format.h>

#include <algorithm>

#include "core/counted.h"
#include "engine/run.h"

namespace convlab {

/// Counts and names the images that could not be read; a note names some of many.
void Run::describe_skipped(Snapshot& snapshot) const {
  constexpr int64_t max_reasons = 100;
  constexpr int64_t max_in_note = 10;
  std::string named;
  int64_t count = 0;
  for (const Loader* loader : {&train_loader_, &validation_loader_}) {
    for (const auto& [index, reason] : loader->skipped()) {
      if (++count > max_reasons) break;
      snapshot.unreadable_reasons.push_back(reason);
      if (count <= max_in_note) named += fmt::format("\n  {}", reason);
    }
  }
  count =
      static_cast<int64_t>(train_loader_.skipped().size() + validation_loader_.skipped().size());
  snapshot.unreadable_images = count;
  if (count == 0) return;
  if (count > max_in_note) named += fmt::format("\n  and {} more", count - max_in_note);
  snapshot.notes.push_back(fmt::format("{} cannot be read and {} left out:{}",
                                       counted(count, "image"), count == 1 ? "is" : "are", named));
}

void Run::describe(Snapshot& snapshot) {
  const Metrics& metrics = metrics_.latest(step_, trainer_->training());
  snapshot.options = options_;
  snapshot.class_names = data_.train->class_names();
  snapshot.features = data_.train->features();
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
  describe_skipped(snapshot);
  snapshot.history = history_;
  snapshot.train_loss = recorder_.loss();
  snapshot.train_accuracy = recorder_.accuracy();
  snapshot.val_loss = val_loss_;
  snapshot.val_accuracy = val_accuracy_;
}

// In batches no larger than those of the run, for which its memory was planned.
std::vector<float> Run::predict(const Batch& images) {
  const size_t image_bytes = data_.test->sample_bytes();
  std::vector<float> probabilities;
  for (int64_t first = 0; first < images.size(); first += options_.batch) {
    const int64_t last = std::min(first + options_.batch, images.size());
    const auto pixels = std::span(images.images)
                            .subspan(static_cast<size_t>(first) * image_bytes,
                                     static_cast<size_t>(last - first) * image_bytes);
    Batch part;
    part.type = images.type;
    part.images.assign(pixels.begin(), pixels.end());
    part.labels.assign(images.labels.begin() + first, images.labels.begin() + last);
    const std::vector<float> more = trainer_->predict(part);
    probabilities.insert(probabilities.end(), more.begin(), more.end());
  }
  return probabilities;
}

}  // namespace convlab
