#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "core/shape.h"
#include "data/augment/affine.h"

namespace convlab {

/// Applies `operations` random operations to an image [height, width, channels], one after another,
/// in place (Cubuk et al. 2020, "RandAugment"). The 14 operations and their strengths at
/// `magnitude`, 0 to 30, are those of torchvision's RandAugment, but shears keep the centre and
/// geometric operations interpolate. `copy` is memory that is reused.
void rand_augment(std::span<uint8_t> pixels, const Shape& image, int64_t operations,
                  int64_t magnitude, Fill fill, Random& random, std::vector<uint8_t>& copy);

}  // namespace convlab
