#include "data/augment/erase.h"

#include <algorithm>
#include <cmath>

#include "data/augment/draw.h"

namespace convlab {

namespace {

/// Fills rows `top` to `bottom` and columns `left` to `right`, both exclusive, within the image.
void fill(std::span<uint8_t> pixels, const Shape& image, int64_t top, int64_t bottom, int64_t left,
          int64_t right, uint8_t value) {
  left = std::max<int64_t>(left, 0);
  right = std::min(right, image[1]);
  for (int64_t y = std::max<int64_t>(top, 0); y < std::min(bottom, image[0]); ++y) {
    std::fill_n(pixels.data() + (y * image[1] + left) * image[2], (right - left) * image[2], value);
  }
}

int64_t below(int64_t bound, Random& random) { return random.below(static_cast<uint32_t>(bound)); }

}  // namespace

void erase_rectangle(std::span<uint8_t> pixels, const Shape& image, EraseArea area, uint8_t value,
                     Random& random) {
  constexpr double min_aspect = 0.3;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double size =
        uniform(area.min, area.max, random) * static_cast<double>(image[0] * image[1]);
    const double aspect = uniform(min_aspect, 1 / min_aspect, random);
    const int64_t height = std::llround(std::sqrt(size * aspect));
    const int64_t width = std::llround(std::sqrt(size / aspect));
    if (height > image[0] || width > image[1]) continue;
    const int64_t top = below(image[0] - height + 1, random);
    const int64_t left = below(image[1] - width + 1, random);
    return fill(pixels, image, top, top + height, left, left + width, value);
  }
}

void erase_square(std::span<uint8_t> pixels, const Shape& image, int64_t side, uint8_t value,
                  Random& random) {
  const int64_t top = below(image[0], random) - side / 2;
  const int64_t left = below(image[1], random) - side / 2;
  fill(pixels, image, top, top + side, left, left + side, value);
}

}  // namespace convlab
