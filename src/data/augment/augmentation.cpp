#include "data/augment/augmentation.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/error.h"
#include "core/normal.h"
#include "data/augment/byte_table.h"
#include "data/augment/color.h"
#include "data/augment/crop.h"
#include "data/augment/draw.h"
#include "data/augment/erase.h"
#include "data/augment/rand_augment.h"
#include "data/resize.h"

namespace convlab {

namespace {

// Bytes do not show the difference between this many values and a continuous distribution.
constexpr uint32_t noise_values = 4096;

}  // namespace

/// The streams of the operations. Other numbers would change the images of the same seed.
enum class Augmentation::Stream : uint64_t {
  crop = 0,
  rotation = 1,
  width_shift = 2,
  height_shift = 3,
  shear = 4,
  zoom = 5,
  flip = 6,
  vertical_flip = 7,
  alternating_flip = 8,
  channel_shift = 9,
  brightness = 10,
  contrast = 11,
  saturation = 12,
  hue = 13,
  grey = 14,
  rand_augment = 15,
  noise = 16,
  erase = 17,
  cutout = 18,
  resized_crop = 19
};

Augmentation::Augmentation(const AugmentationOptions& options)
    : options_(checked_augmentation(options)) {
  if (options_.noise == 0) return;
  for (uint32_t i = 0; i < noise_values; ++i) {
    const double part = (i + 0.5) / noise_values;
    noise_.push_back(static_cast<float>(options_.noise * normal_quantile(part)));
  }
}

bool Augmentation::empty() const {
  return !resizes() && !crops() && !warps() && !options_.flip && !options_.vertical_flip &&
         !options_.alternating_flip && !recolors() && options_.rand_augment == 0 &&
         options_.noise == 0 && options_.erase == 0 && options_.cutout == 0;
}

void Augmentation::load(const ImageView& stored, const Shape& image, const AugmentationKey& key,
                        std::span<uint8_t> pixels) const {
  Random draws = random(key, Stream::resized_crop);
  const Window window = random_window(stored.height, stored.width, options_.resized_crop, draws);
  const std::vector<uint8_t> resized = resize_window(stored, window, image);
  std::copy(resized.begin(), resized.end(), pixels.begin());
}

void Augmentation::apply(std::span<uint8_t> pixels, const Shape& image, const AugmentationKey& key,
                         Scratch& scratch) const {
  if (image.rank() != 3 || std::cmp_not_equal(pixels.size(), image.elements())) {
    fail("[augment] {} bytes for an image of shape {}; expected (height, width, channels)",
         pixels.size(), image);
  }
  if (pixels.empty()) return;
  if (crops()) crop(pixels, image, key, scratch);
  if (warps()) {
    scratch.pixels.assign(pixels.begin(), pixels.end());
    warp_affine(scratch.pixels, image, combined_affine(draw_affine(image, key), image), fill(),
                pixels);
  }
  flip(pixels, image, key);
  recolor(pixels, image[2], key);
  if (options_.rand_augment > 0) {
    Random draws = random(key, Stream::rand_augment);
    rand_augment(pixels, image, options_.rand_augment, options_.rand_augment_magnitude, fill(),
                 draws, scratch.pixels);
  }
  if (options_.noise > 0) add_noise(pixels, random(key, Stream::noise));
  const uint8_t erased = to_byte(options_.erase_value);
  if (Random draws = random(key, Stream::erase); happens(options_.erase, draws)) {
    erase_rectangle(pixels, image, {options_.erase_min_area, options_.erase_max_area}, erased,
                    draws);
  }
  if (options_.cutout > 0) {
    Random draws = random(key, Stream::cutout);
    erase_square(pixels, image, options_.cutout, erased, draws);
  }
}

Random Augmentation::random(const AugmentationKey& key, Stream stream) {
  constexpr int stream_bit = 48;
  constexpr int index_bit = 32;
  const uint64_t number =
      static_cast<uint64_t>(stream) << stream_bit | static_cast<uint64_t>(key.epoch);
  return {key.seed, stream_id(RandomStream::augmentation, number),
          static_cast<uint64_t>(key.index) << index_bit};
}

bool Augmentation::warps() const {
  return options_.rotate > 0 || options_.width_shift > 0 || options_.height_shift > 0 ||
         options_.shear > 0 || options_.zoom_min != 1 || options_.zoom_max != 1;
}

bool Augmentation::recolors() const {
  return options_.channel_shift > 0 || options_.brightness_min != 1 ||
         options_.brightness_max != 1 || options_.contrast > 0 || options_.saturation > 0 ||
         options_.hue > 0 || options_.grey > 0;
}

Fill Augmentation::fill() const {
  return {.mode = options_.fill_mode, .value = to_byte(options_.cval)};
}

AffineParameters Augmentation::draw_affine(const Shape& image, const AugmentationKey& key) const {
  AffineParameters drawn;
  Random rotation = random(key, Stream::rotation);
  drawn.rotation = uniform(-options_.rotate, options_.rotate, rotation);
  drawn.x_shift = draw_shift(options_.width_shift, image[1], random(key, Stream::width_shift));
  drawn.y_shift = draw_shift(options_.height_shift, image[0], random(key, Stream::height_shift));
  Random shear = random(key, Stream::shear);
  drawn.shear = uniform(-options_.shear, options_.shear, shear);
  Random zoom = random(key, Stream::zoom);
  drawn.x_zoom = uniform(options_.zoom_min, options_.zoom_max, zoom);
  drawn.y_zoom = uniform(options_.zoom_min, options_.zoom_max, zoom);
  return drawn;
}

double Augmentation::draw_shift(double largest, int64_t size, Random random) const {
  const double pixels = largest < 1 ? largest * static_cast<double>(size) : largest;
  if (!options_.whole_pixel_shift) return uniform(-pixels, pixels, random);
  const auto whole = static_cast<int64_t>(pixels);
  return static_cast<double>(random.below(static_cast<uint32_t>(2 * whole + 1)) - whole);
}

void Augmentation::crop(std::span<uint8_t> pixels, const Shape& image, const AugmentationKey& key,
                        Scratch& scratch) const {
  Random draws = random(key, Stream::crop);
  const int64_t padding = options_.crop_padding;
  const auto places = static_cast<uint32_t>(2 * padding + 1);
  const int64_t top = draws.below(places) - padding;
  const int64_t left = draws.below(places) - padding;
  scratch.pixels.assign(pixels.begin(), pixels.end());
  copy_window(scratch.pixels, image, top, left, options_.crop_fill, pixels);
}

void Augmentation::flip(std::span<uint8_t> pixels, const Shape& image,
                        const AugmentationKey& key) const {
  constexpr double half = 0.5;
  bool mirrored = false;
  if (options_.flip) {
    Random draws = random(key, Stream::flip);
    mirrored = happens(half, draws);
  } else if (options_.alternating_flip) {
    AugmentationKey every_epoch = key;
    every_epoch.epoch = 0;
    Random draws = random(every_epoch, Stream::alternating_flip);
    mirrored = happens(half, draws) == (key.epoch % 2 == 0);
  }
  if (mirrored) flip_columns(pixels, image);
  if (!options_.vertical_flip) return;
  Random draws = random(key, Stream::vertical_flip);
  if (happens(half, draws)) flip_rows(pixels, image);
}

void Augmentation::recolor(std::span<uint8_t> pixels, int64_t channels,
                           const AugmentationKey& key) const {
  const auto draw = [&](Stream stream, double low, double high) {
    Random draws = random(key, stream);
    return uniform(low, high, draws);
  };
  const auto factor = [&](Stream stream, double change) {
    return draw(stream, 1 - change, 1 + change);
  };
  if (const double most = options_.channel_shift; most > 0)
    shift_channels(pixels, draw(Stream::channel_shift, -most, most));
  if (options_.brightness_min != 1 || options_.brightness_max != 1) {
    adjust_brightness(pixels,
                      draw(Stream::brightness, options_.brightness_min, options_.brightness_max));
  }
  if (options_.contrast > 0)
    adjust_contrast(pixels, channels, factor(Stream::contrast, options_.contrast));
  if (options_.saturation > 0)
    adjust_saturation(pixels, channels, factor(Stream::saturation, options_.saturation));
  if (options_.hue > 0)
    adjust_hue(pixels, channels, draw(Stream::hue, -options_.hue, options_.hue));
  if (Random draws = random(key, Stream::grey); happens(options_.grey, draws))
    remove_color(pixels, channels);
}

void Augmentation::add_noise(std::span<uint8_t> pixels, Random random) const {
  constexpr uint32_t mask = noise_values - 1;
  constexpr int half_word = 16;
  const auto noisy = [&](uint8_t value, uint32_t bits) {
    return to_byte(static_cast<float>(value) + noise_[bits & mask]);
  };
  for (size_t i = 0; i + 1 < pixels.size(); i += 2) {
    const uint32_t bits = random.next();
    pixels[i] = noisy(pixels[i], bits);
    pixels[i + 1] = noisy(pixels[i + 1], bits >> half_word);
  }
  if (pixels.size() % 2 == 1) pixels.back() = noisy(pixels.back(), random.next());
}

}  // namespace convlab
