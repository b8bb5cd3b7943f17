#pragma once

#include <array>
#include <cstdint>

/// The colours of maps, filters and feature maps.
namespace convlab {

using Color = std::array<uint8_t, 3>;  ///< red, green, blue

/// Maps a value from 0 to 1 to the colour map inferno of Matplotlib, which is perceptually uniform:
/// black, violet, red, orange, light yellow. Values beyond have the colours of the ends; what is
/// not finite is grey.
Color heat_color(float value);

/// Maps a value from -1 to 1: blue below 0, white at 0, orange above; what is not finite is grey.
Color signed_color(float value);

}  // namespace convlab
