#pragma once

#include <cstdint>
#include <vector>

#include "data/resize.h"
#include "pretrained/weight_set.h"

namespace convlab {

/// Returns an image as the input of a pretrained network, [height, width, 3] of WeightSet::image,
/// red, green, blue: resized to Preprocessing::resize pixels on its shorter side, then the centre
/// is cut out, as torchvision's transforms for evaluation do. An image that has the shape of the
/// input was prepared before and stays as it is. Grey becomes three equal channels.
std::vector<uint8_t> prepare_image(const ImageView& image, const WeightSet& set);

}  // namespace convlab
