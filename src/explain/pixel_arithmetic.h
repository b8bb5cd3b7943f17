#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "explain/scored_network.h"

namespace convlab {

/// The largest window of which pixel_arithmetic returns the numbers.
inline constexpr int64_t max_arithmetic_elements = int64_t{1} << 20;

/// Returns the arithmetic of an output value for an image, the bytes [height, width, channels] of
/// the network's input. An empty name means the first convolution. Throws Error for an unknown
/// layer, one that is no convolution (conv2d, depthwise_conv2d), a place outside its output, and a
/// window of more than max_arithmetic_elements numbers.
PixelArithmetic pixel_arithmetic(ScoredNetwork network, std::span<const uint8_t> pixels,
                                 const std::string& layer, int64_t row, int64_t column,
                                 int64_t channel);

}  // namespace convlab
