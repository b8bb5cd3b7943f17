#include <algorithm>

#include "engine/run.h"

namespace convlab {

namespace {

constexpr int64_t max_filters = 64;

}  // namespace

void Run::describe(Snapshot& snapshot) {
  const Metrics& metrics = metrics_.latest(step_, trainer_->training());
  snapshot.options = options_;
  snapshot.class_names = data_.train.class_names();
  snapshot.parameters = network_.graph().parameter_count();
  snapshot.train_images = images_.train.size();
  snapshot.validation_images = images_.validation.size();
  snapshot.validates_on_test = options_.validation_split == 0;
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
