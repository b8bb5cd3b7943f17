#include "data/mix.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include "core/beta.h"
#include "core/error.h"
#include "core/random.h"

namespace convlab {

namespace {

constexpr double max_alpha = 1000;

Random make_random(RandomStream stream, const MixSeed& seed) {
  const auto number = static_cast<uint64_t>(seed.epoch) << 32U | static_cast<uint64_t>(seed.batch);
  return {seed.seed, stream_id(stream, number)};
}

void check(std::string_view name, const Batch& batch, const Shape& image_shape, double alpha) {
  if (!(alpha > 0 && alpha <= max_alpha))
    fail("[{}] alpha is {} but must be above 0 and at most {}", name, alpha, max_alpha);
  if (image_shape.rank() != 3)
    fail("[{}] images of {}; expected (height, width, channels)", name, image_shape);
  const int64_t wanted = image_shape.with_batch(batch.size()).elements();
  if (static_cast<int64_t>(batch.images.size()) != wanted) {
    fail("[{}] a batch of {} images has {} bytes; expected {} for images of {}", name, batch.size(),
         batch.images.size(), wanted, image_shape);
  }
  if (batch.mixed()) fail("[{}] the batch is mixed already", name);
}

void mix_labels(Batch& batch, float weight) {
  batch.second_labels = batch.labels;
  std::rotate(batch.second_labels.begin(), batch.second_labels.end() - 1,
              batch.second_labels.end());
  batch.label_weights.assign(batch.labels.size(), weight);
}

/// Calls mix(image, partner) for each image, from the last to the first, so that partners are still
/// as they were; only the last image, which is the partner of the first, has to be copied.
template <class Mix>
void mix_images(Batch& batch, Mix mix) {
  const std::span<uint8_t> images(batch.images);
  const size_t bytes = images.size() / batch.labels.size();
  const std::vector<uint8_t> last(images.end() - static_cast<std::ptrdiff_t>(bytes), images.end());
  for (size_t i = batch.labels.size() - 1; i > 0; --i)
    mix(images.subspan(i * bytes, bytes), images.subspan((i - 1) * bytes, bytes));
  mix(images.first(bytes), std::span(last));
}

/// Part of an image; the ends are exclusive.
struct Box {
  int64_t top = 0;
  int64_t bottom = 0;
  int64_t left = 0;
  int64_t right = 0;

  int64_t area() const { return (bottom - top) * (right - left); }
};

Box draw_box(Random& random, int64_t height, int64_t width, double alpha) {
  const double half = std::sqrt(1 - symmetric_beta(random, alpha)) / 2;
  const int64_t x = random.below(static_cast<uint32_t>(width));
  const int64_t y = random.below(static_cast<uint32_t>(height));
  const auto half_height = static_cast<int64_t>(half * static_cast<double>(height));
  const auto half_width = static_cast<int64_t>(half * static_cast<double>(width));
  return {.top = std::max<int64_t>(y - half_height, 0),
          .bottom = std::min(y + half_height, height),
          .left = std::max<int64_t>(x - half_width, 0),
          .right = std::min(x + half_width, width)};
}

}  // namespace

void mixup(Batch& batch, const Shape& image_shape, double alpha, const MixSeed& seed) {
  check("mixup", batch, image_shape, alpha);
  if (batch.size() == 0) return;
  // In units of 2^-16, so that pixels are computed in integers and equal on every platform.
  constexpr uint32_t one = 1U << 16U;
  Random random = make_random(RandomStream::mixup, seed);
  const auto weight = static_cast<uint32_t>(std::lround(symmetric_beta(random, alpha) * one));
  mix_labels(batch, static_cast<float>(weight) / one);
  mix_images(batch, [weight](std::span<uint8_t> image, std::span<const uint8_t> partner) {
    std::transform(
        image.begin(), image.end(), partner.begin(), image.begin(),
        [weight](uint32_t own, uint32_t other) {
          return static_cast<uint8_t>((weight * own + (one - weight) * other + one / 2) >> 16U);
        });
  });
}

void cutmix(Batch& batch, const Shape& image_shape, double alpha, const MixSeed& seed) {
  check("cutmix", batch, image_shape, alpha);
  if (batch.size() == 0) return;
  const int64_t height = image_shape[0];
  const int64_t width = image_shape[1];
  const int64_t channels = image_shape[2];
  Random random = make_random(RandomStream::cutmix, seed);
  const Box box = draw_box(random, height, width, alpha);
  const double replaced = static_cast<double>(box.area()) / static_cast<double>(height * width);
  mix_labels(batch, static_cast<float>(1 - replaced));
  mix_images(batch, [&](std::span<uint8_t> image, std::span<const uint8_t> partner) {
    const auto row_bytes = (box.right - box.left) * channels;
    for (int64_t y = box.top; y < box.bottom; ++y) {
      const int64_t at = (y * width + box.left) * channels;
      std::copy_n(partner.begin() + at, row_bytes, image.begin() + at);
    }
  });
}

}  // namespace convlab
