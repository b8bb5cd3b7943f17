#include "data/augment/color.h"

#include <algorithm>
#include <cstddef>

#include "data/augment/byte_table.h"
#include "data/luma.h"

namespace convlab {

namespace {

/// Returns the mean grey, rounded to the nearest whole number.
int mean_grey(std::span<const uint8_t> pixels, int64_t channels) {
  uint64_t sum = 0;
  uint64_t count = pixels.size();
  if (channels == 3) {
    count /= 3;
    for (size_t i = 0; i < pixels.size(); i += 3) sum += luma(&pixels[i]);
  } else {
    for (const uint8_t value : pixels) sum += value;
  }
  return static_cast<int>((sum + count / 2) / count);
}

}  // namespace

void adjust_brightness(std::span<uint8_t> pixels, double factor) {
  map_bytes(pixels, byte_table([&](int value) { return to_byte(value * factor); }));
}

void adjust_contrast(std::span<uint8_t> pixels, int64_t channels, double factor) {
  const int mean = mean_grey(pixels, channels);
  map_bytes(pixels, byte_table([&](int value) { return to_byte(mean + factor * (value - mean)); }));
}

void adjust_saturation(std::span<uint8_t> pixels, int64_t channels, double factor) {
  if (channels != 3) return;
  const auto part = static_cast<float>(factor);
  for (size_t i = 0; i < pixels.size(); i += 3) {
    const int grey = luma(&pixels[i]);
    for (size_t c = i; c < i + 3; ++c)
      pixels[c] = to_byte(static_cast<float>(grey) + part * static_cast<float>(pixels[c] - grey));
  }
}

void adjust_hue(std::span<uint8_t> pixels, int64_t channels, double turn) {
  if (channels != 3) return;
  // 12 more than the hue, in sixths of a turn, is positive and the same colour.
  const auto added = static_cast<float>(12 + 6 * turn);
  for (size_t i = 0; i < pixels.size(); i += 3) {
    const int red = pixels[i];
    const int green = pixels[i + 1];
    const int blue = pixels[i + 2];
    const int value = std::max({red, green, blue});
    const int chroma = value - std::min({red, green, blue});
    if (chroma == 0) continue;
    const int offset = value == red ? 0 : value == green ? 2 : 4;
    const int difference = value == red ? green - blue : value == green ? blue - red : red - green;
    const float hue = added + static_cast<float>(offset) +
                      static_cast<float>(difference) / static_cast<float>(chroma);
    for (size_t c = 0; c < 3; ++c) {
      float sixth = hue + static_cast<float>(5 - 2 * static_cast<int>(c));
      sixth -= 6 * static_cast<float>(static_cast<int>(sixth / 6));
      const float missing = std::clamp(std::min(sixth, 4 - sixth), 0.0F, 1.0F);
      pixels[i + c] = to_byte(static_cast<float>(value) - static_cast<float>(chroma) * missing);
    }
  }
}

void shift_channels(std::span<uint8_t> pixels, double shift) {
  const auto [least, greatest] = std::minmax_element(pixels.begin(), pixels.end());
  const double low = *least;
  const double high = *greatest;
  map_bytes(pixels,
            byte_table([&](int value) { return to_byte(std::clamp(value + shift, low, high)); }));
}

void remove_color(std::span<uint8_t> pixels, int64_t channels) {
  if (channels != 3) return;
  for (size_t i = 0; i < pixels.size(); i += 3) std::fill_n(&pixels[i], 3, luma(&pixels[i]));
}

}  // namespace convlab
