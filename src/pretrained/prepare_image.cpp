#include "pretrained/prepare_image.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace convlab {

namespace {

/// The most by which one side of an image may exceed the other before it is resized; what lies
/// beyond would be cut off anyway, and needs memory without limit if the image is a line.
constexpr int64_t max_aspect_ratio = 2;

/// Returns the start and length of the part of a side that is kept, with the same centre.
std::pair<int64_t, int64_t> central_part(int64_t side, int64_t other) {
  const int64_t cut = std::max<int64_t>(side - max_aspect_ratio * other, 0) / 2;
  return {cut, side - 2 * cut};
}

/// As torchvision's CenterCrop, which rounds halves to even.
int64_t crop_start(int64_t from, int64_t to) {
  return static_cast<int64_t>(std::nearbyint(static_cast<double>(from - to) / 2));
}

}  // namespace

std::vector<uint8_t> prepare_image(const ImageView& image, const WeightSet& set) {
  const Shape& target = set.image;
  if (image.height == target[0] && image.width == target[1]) return fit_image(image, target);
  const auto [top, height] = central_part(image.height, image.width);
  const auto [left, width] = central_part(image.width, image.height);
  const int64_t shorter = std::min(height, width);
  const int64_t side = set.preprocessing.resize;
  const Shape resized{side * height / shorter, side * width / shorter, target[2]};
  const std::vector<uint8_t> pixels =
      resize_window(image, {.top = top, .left = left, .height = height, .width = width}, resized);
  const int64_t crop_top = crop_start(resized[0], target[0]);
  const int64_t crop_left = crop_start(resized[1], target[1]);
  std::vector<uint8_t> result;
  result.reserve(static_cast<size_t>(target.elements()));
  for (int64_t row = 0; row < target[0]; ++row) {
    const auto begin = pixels.begin() + ((crop_top + row) * resized[1] + crop_left) * target[2];
    result.insert(result.end(), begin, begin + target[1] * target[2]);
  }
  return result;
}

}  // namespace convlab
