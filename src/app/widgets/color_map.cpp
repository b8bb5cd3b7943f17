#include "app/widgets/color_map.h"

#include <algorithm>
#include <cmath>

#include "explain/colors.h"

namespace convlab {
namespace {

constexpr int64_t max_side = 4096;  // pixels of a texture; images that do not fit are left out

uint32_t rgba(float red, float green, float blue_part) {
  const auto byte = [](float v) {
    return static_cast<uint32_t>(std::lround(std::clamp(v, 0.0F, 255.0F)));
  };
  return byte(red) | byte(green) << 8 | byte(blue_part) << 16 | 0xff000000U;
}

/// Builds an atlas that is as square as possible, with the colours color(image, pixel in the
/// image).
template <class PixelColor>
Atlas make_atlas(int64_t count, int64_t height, int64_t width, PixelColor color) {
  Atlas atlas;
  if (count <= 0 || height <= 0 || width <= 0 || height > max_side || width > max_side)
    return atlas;
  const auto side = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  const int64_t columns = std::min(side, max_side / width);
  const int64_t rows = std::min((count + columns - 1) / columns, max_side / height);
  atlas.columns = static_cast<int>(columns);
  atlas.width = static_cast<int>(columns * width);
  atlas.height = static_cast<int>(rows * height);
  atlas.pixels.resize(static_cast<size_t>(atlas.width) * static_cast<size_t>(atlas.height));
  for (int64_t i = 0; i < std::min(count, rows * columns); ++i) {
    const int64_t left = i % columns * width;
    const int64_t top = i / columns * height;
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t x = 0; x < width; ++x) {
        const int64_t at = (top + y) * atlas.width + left + x;
        atlas.pixels[static_cast<size_t>(at)] = color(i, y * width + x);
      }
    }
  }
  return atlas;
}

}  // namespace

uint32_t diverging_color(float value) {
  const Color color = signed_color(value);
  return rgba(color[0], color[1], color[2]);
}

Atlas sample_atlas(const Samples& samples) {
  const auto count = static_cast<int64_t>(samples.labels.size());
  const int64_t channels = samples.channels;
  return make_atlas(count, samples.height, samples.width, [&](int64_t image, int64_t pixel) {
    const int64_t first = (image * samples.height * samples.width + pixel) * channels;
    const auto at = [&](int64_t channel) {
      return static_cast<float>(samples.pixels[static_cast<size_t>(first + channel)]);
    };
    return channels == 3 ? rgba(at(0), at(1), at(2)) : rgba(at(0), at(0), at(0));
  });
}

float filter_scale(const Filters& filters) {
  float max = 1e-6F;
  for (const float weight : filters.weights) {
    if (std::isfinite(weight)) max = std::max(max, std::abs(weight));
  }
  return max;
}

Atlas filter_atlas(const Filters& filters, float scale) {
  const int64_t channels = filters.channels;
  return make_atlas(
      filters.count, filters.height, filters.width, [&](int64_t image, int64_t pixel) {
        const int64_t first = (image * filters.height * filters.width + pixel) * channels;
        const auto at = [&](int64_t channel) {
          return filters.weights[static_cast<size_t>(first + channel)] / scale;
        };
        if (channels == 3) {
          return rgba(127.5F * (1 + at(0)), 127.5F * (1 + at(1)), 127.5F * (1 + at(2)));
        }
        float sum = 0;
        for (int64_t c = 0; c < channels; ++c) sum += at(c);
        return diverging_color(sum / static_cast<float>(channels));
      });
}

}  // namespace convlab
