#include "engine/inspectors/samples.h"

#include <algorithm>

#include "core/error.h"

namespace convlab {

namespace {

/// The first images that can be read; of photos, which may be sorted by class, some that are spread
/// over the data set. Features are nothing to look at.
Batch first_images(const Dataset& images) {
  const int64_t count = std::min(Run::sample_count, images.available());
  std::vector<uint8_t> pixels(static_cast<size_t>(images.image_shape().elements()));
  Batch batch;
  if (!images.has_images()) return batch;
  ImageReader reader;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t index = images.has_common_size() ? i : i * images.size() / count;
    try {
      reader.read(images, index, pixels);
    } catch (const Error&) {
      continue;  // whoever evaluates names it
    }
    batch.images.insert(batch.images.end(), pixels.begin(), pixels.end());
    batch.labels.push_back(images.label(index));
  }
  return batch;
}

}  // namespace

const Batch& ShownImages::get(const Run& run) {
  if (!images_) images_ = first_images(*run.data().test);
  return *images_;
}

void ShownImages::set_version(uint64_t version) {
  if (version != version_) images_.reset();
  version_ = version;
}

Samples inspect_samples(const Run& run, ShownImages& shown) {
  const Shape& image = run.data().test->image_shape();
  const Batch& batch = shown.get(run);
  if (!run.data().test->has_images()) return {};
  return {.height = image[0],
          .width = image[1],
          .channels = image[2],
          .pixels = batch.images,
          .labels = batch.labels};
}

Predictions inspect_predictions(Run& run, ShownImages& shown) {
  const Batch& batch = shown.get(run);
  const std::vector<float> outputs = run.predict(batch);
  const auto classes = run.data().test->classes();
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
