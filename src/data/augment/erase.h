#pragma once

#include <cstdint>
#include <span>

#include "core/random.h"
#include "core/shape.h"

namespace convlab {

/// Limits of the area of a random rectangle, as fractions of the image.
struct EraseArea {
  double min = 0, max = 1;
};

/// Fills a random rectangle of an image [height, width, channels] (Zhong et al. 2017, "Random
/// erasing data augmentation"): its height is 0.3 to 1 / 0.3 times its width. Nothing happens if
/// ten such rectangles do not fit into the image.
void erase_rectangle(std::span<uint8_t> pixels, const Shape& image, EraseArea area, uint8_t value,
                     Random& random);

/// Fills a square of `side` pixels whose centre is a random pixel of the image, as far as it lies
/// in the image (DeVries and Taylor 2017, "Improved regularization of convolutional neural networks
/// with cutout").
void erase_square(std::span<uint8_t> pixels, const Shape& image, int64_t side, uint8_t value,
                  Random& random);

}  // namespace convlab
