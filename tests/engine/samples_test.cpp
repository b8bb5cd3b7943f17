#include "engine/inspectors/samples.h"

#include "backend/host/host_backend.h"
#include "engine/small_engine.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

/// A data set without a common size, which counts how often an image is decoded.
class CountedPhotos : public Dataset {
 public:
  explicit CountedPhotos(std::shared_ptr<const Dataset> pixels)
      : Dataset("photos", pixels->image_shape(), pixels->class_names(), pixels->size()),
        pixels_(std::move(pixels)) {}

  bool has_common_size() const override { return false; }
  int64_t available() const override { return size(); }
  uint64_t fingerprint() const override { return 0; }
  int32_t label(int64_t index) const override { return pixels_->label(index); }
  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override {
    return pixels_->fetch(index, buffer);
  }
  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override {
    ++decoded_;
    return pixels_->decode(index, stored, buffer);
  }
  int decoded() const { return decoded_; }

 private:
  std::shared_ptr<const Dataset> pixels_;
  mutable int decoded_ = 0;
};

}  // namespace

TEST_CASE("samples: the shown images are decoded once until the data changes") {
  const DatasetSplits data = make_synthetic(64, 200, {28, 28, 1}, 10);
  const auto photos = std::make_shared<CountedPhotos>(data.test);
  HostBackend backend;
  const RunOptions options = small_run();
  Run run(options, {.train = data.train, .test = photos},
          find_model(options.model).build({28, 28, 1}, 10), backend, ticking_clock(), nullptr);
  ShownImages shown;
  shown.set_version(1);
  const Samples samples = inspect_samples(run, shown);
  const Predictions first = inspect_predictions(run, shown);
  shown.set_version(1);
  CHECK(inspect_predictions(run, shown).scores == first.scores);
  CHECK(samples.labels.size() == static_cast<size_t>(Run::sample_count));
  CHECK(samples.labels[1] == photos->label(200 / Run::sample_count));  // spread over the data set
  CHECK(photos->decoded() == Run::sample_count);
  shown.set_version(2);
  CHECK(inspect_predictions(run, shown).classes == first.classes);
  CHECK(photos->decoded() == 2 * Run::sample_count);
}

}  // namespace convlab
