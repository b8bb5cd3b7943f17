#include "data/augment/tone.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "data/augment/byte_table.h"

namespace convlab {

namespace {

using Histogram = std::array<int64_t, 256>;

/// Applies to each channel the table that `table_of` makes of its histogram.
template <class TableOf>
void map_channels(std::span<uint8_t> pixels, int64_t channels, const TableOf& table_of) {
  const auto step = static_cast<size_t>(channels);
  for (size_t c = 0; c < step; ++c) {
    Histogram histogram{};
    for (size_t i = c; i < pixels.size(); i += step) ++histogram[pixels[i]];
    const ByteTable table = table_of(histogram);
    for (size_t i = c; i < pixels.size(); i += step) pixels[i] = table[pixels[i]];
  }
}

constexpr auto same = [](int value) { return static_cast<uint8_t>(value); };

/// The least and the greatest value that occur.
struct Extremes {
  explicit Extremes(const Histogram& histogram) {
    while (least < 255 && histogram[static_cast<size_t>(least)] == 0) ++least;
    while (greatest > 0 && histogram[static_cast<size_t>(greatest)] == 0) --greatest;
  }
  int least = 0, greatest = 255;
};

ByteTable stretched(const Histogram& histogram) {
  const Extremes extremes(histogram);
  const int range = extremes.greatest - extremes.least;
  if (range == 0) return byte_table(same);
  return byte_table([&](int value) {
    return static_cast<uint8_t>(std::clamp(value - extremes.least, 0, range) * 255 / range);
  });
}

ByteTable equalized(const Histogram& histogram) {
  const Extremes extremes(histogram);
  int64_t all = 0;
  for (const int64_t count : histogram) all += count;
  const int64_t step = (all - histogram[static_cast<size_t>(extremes.greatest)]) / 255;
  if (step == 0) return byte_table(same);
  int64_t sum = step / 2;
  return byte_table([&](int value) {
    const int64_t before = sum;
    sum += histogram[static_cast<size_t>(value)];
    return static_cast<uint8_t>(std::min<int64_t>(before / step, 255));
  });
}

}  // namespace

void posterize(std::span<uint8_t> pixels, int bits) {
  const int mask = 0xFF << (8 - bits);
  map_bytes(pixels, byte_table([&](int value) { return static_cast<uint8_t>(value & mask); }));
}

void solarize(std::span<uint8_t> pixels, double threshold) {
  map_bytes(pixels, byte_table([&](int value) {
              return static_cast<uint8_t>(value < threshold ? value : 255 - value);
            }));
}

void stretch_contrast(std::span<uint8_t> pixels, int64_t channels) {
  map_channels(pixels, channels, stretched);
}

void equalize(std::span<uint8_t> pixels, int64_t channels) {
  map_channels(pixels, channels, equalized);
}

void adjust_sharpness(std::span<uint8_t> pixels, const Shape& image, double factor,
                      std::span<uint8_t> copy) {
  const int64_t channels = image[2];
  const int64_t row = image[1] * channels;
  const auto strength = static_cast<float>(factor);
  std::copy(pixels.begin(), pixels.end(), copy.begin());
  // Pillow's filter SMOOTH leaves the outermost pixels as they are.
  for (int64_t y = 1; y + 1 < image[0]; ++y) {
    for (int64_t i = channels; i < row - channels; ++i) {
      const uint8_t* at = copy.data() + y * row + i;
      int sum = 4 * *at;  // the centre counts five times
      for (const int64_t line : {-row, int64_t{0}, row})
        sum += at[line - channels] + at[line] + at[line + channels];
      const int smooth = (2 * sum + 13) / 26;
      pixels[static_cast<size_t>(y * row + i)] =
          to_byte(static_cast<float>(smooth) + strength * static_cast<float>(*at - smooth));
    }
  }
}

}  // namespace convlab
