#include "engine/inspectors/samples.h"

#include <algorithm>

namespace convlab {

namespace {

Batch first_images(const Dataset& images) {
  Batch batch;
  for (int64_t i = 0; i < std::min(Run::sample_count, images.available()); ++i) {
    const std::span<const uint8_t> pixels = images.image(i);
    batch.images.insert(batch.images.end(), pixels.begin(), pixels.end());
    batch.labels.push_back(images.label(i));
  }
  return batch;
}

}  // namespace

Samples inspect_samples(const Run& run) {
  const Shape& image = run.test_data().image_shape();
  Batch batch = first_images(run.test_data());
  return {.height = image[0],
          .width = image[1],
          .channels = image[2],
          .pixels = std::move(batch.images),
          .labels = std::move(batch.labels)};
}

Predictions inspect_predictions(Run& run) {
  const Batch batch = first_images(run.test_data());
  const std::vector<float> outputs = run.predict(batch);
  const auto classes = run.test_data().classes();
  Predictions predictions{.are_probabilities = run.predicts_probabilities()};
  for (int64_t i = 0; i < batch.size(); ++i) {
    const auto row = outputs.begin() + i * classes;
    const auto best = std::max_element(row, row + classes);
    predictions.classes.push_back(static_cast<int32_t>(best - row));
    predictions.scores.push_back(*best);
  }
  return predictions;
}

}  // namespace convlab
