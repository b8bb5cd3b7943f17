#include "data/augment/crop.h"

#include <algorithm>
#include <cmath>

#include "core/log_exp.h"
#include "data/augment/draw.h"

namespace convlab {

namespace {

/// Returns the index for `at` in 0 to `length` - 1 when the line is mirrored at its end pixels.
int64_t mirrored(int64_t at, int64_t length) {
  if (length == 1) return 0;
  const int64_t period = 2 * (length - 1);
  at = (at % period + period) % period;
  return std::min(at, period - at);
}

}  // namespace

void copy_window(std::span<const uint8_t> from, const Shape& image, int64_t top, int64_t left,
                 CropFill fill, std::span<uint8_t> to) {
  const int64_t height = image[0];
  const int64_t width = image[1];
  const int64_t channels = image[2];
  const int64_t first = std::clamp<int64_t>(-left, 0, width);  // columns that are in the image
  const int64_t end = std::clamp<int64_t>(width - left, first, width);
  uint8_t* out = to.data();
  for (int64_t y = 0; y < height; ++y) {
    const int64_t at = top + y;
    if (fill == CropFill::zero && (at < 0 || at >= height)) {
      out = std::fill_n(out, width * channels, uint8_t{0});
      continue;
    }
    const uint8_t* row = from.data() + mirrored(at, height) * width * channels;
    const auto outside = [&](int64_t x) {
      out = fill == CropFill::zero
                ? std::fill_n(out, channels, uint8_t{0})
                : std::copy_n(row + mirrored(left + x, width) * channels, channels, out);
    };
    for (int64_t x = 0; x < first; ++x) outside(x);
    if (first < end)
      out = std::copy_n(row + (left + first) * channels, (end - first) * channels, out);
    for (int64_t x = end; x < width; ++x) outside(x);
  }
}

Window random_window(int64_t height, int64_t width, double min_area, Random& random) {
  constexpr int tries = 10;
  constexpr double widest = 4.0 / 3.0;
  const double log_widest = portable_log(widest);
  const double area = static_cast<double>(height) * static_cast<double>(width);
  for (int i = 0; i < tries; ++i) {
    const double part = area * uniform(min_area, 1, random);
    const double ratio = portable_exp(uniform(-log_widest, log_widest, random));
    const int64_t h = std::llround(std::sqrt(part / ratio));
    const int64_t w = std::llround(std::sqrt(part * ratio));
    const auto top = static_cast<double>(to_unit_float(random.next()));
    const auto left = static_cast<double>(to_unit_float(random.next()));
    if (h < 1 || w < 1 || h > height || w > width) continue;
    return {.top = static_cast<int64_t>(top * static_cast<double>(height - h + 1)),
            .left = static_cast<int64_t>(left * static_cast<double>(width - w + 1)),
            .height = h,
            .width = w};
  }
  const int64_t h =
      std::clamp<int64_t>(height, 1, std::llround(static_cast<double>(width) * widest));
  const int64_t w =
      std::clamp<int64_t>(width, 1, std::llround(static_cast<double>(height) * widest));
  return {.top = (height - h) / 2, .left = (width - w) / 2, .height = h, .width = w};
}

void flip_columns(std::span<uint8_t> pixels, const Shape& image) {
  const int64_t channels = image[2];
  const int64_t row = image[1] * channels;
  for (uint8_t* begin = pixels.data(); begin != pixels.data() + pixels.size(); begin += row) {
    uint8_t* right = begin + row - channels;
    for (uint8_t* left = begin; left < right; left += channels, right -= channels) {
      for (int64_t c = 0; c < channels; ++c) std::swap(left[c], right[c]);
    }
  }
}

void flip_rows(std::span<uint8_t> pixels, const Shape& image) {
  const int64_t row = image[1] * image[2];
  for (int64_t y = 0; y < image[0] / 2; ++y) {
    uint8_t* upper = pixels.data() + y * row;
    std::swap_ranges(upper, upper + row, pixels.data() + (image[0] - 1 - y) * row);
  }
}

}  // namespace convlab
