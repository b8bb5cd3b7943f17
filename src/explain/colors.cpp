#include "explain/colors.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace convlab {

namespace {

/// Every 15th of the 256 colours of inferno; between them it is linear to 6 of 255 levels.
constexpr std::array<uint32_t, 18> inferno{
    0x000004, 0x0a0722, 0x1e0c45, 0x380962, 0x510e6c, 0x69166e, 0x801f6c, 0x982766, 0xb0315b,
    0xc63d4d, 0xd94d3d, 0xe9612b, 0xf47918, 0xfa9407, 0xfcb014, 0xf8cd37, 0xf2ea69, 0xfcffa4};
constexpr std::array<uint32_t, 3> signed_colors{0x1d4fc4, 0xfafafa, 0xd95f02};
constexpr Color grey{128, 128, 128};

/// The colour at `place`, from 0 to 1, of evenly spaced colours.
Color between(std::span<const uint32_t> colors, float place) {
  const float at = std::clamp(place, 0.0F, 1.0F) * static_cast<float>(colors.size() - 1);
  const size_t first = std::min(static_cast<size_t>(at), colors.size() - 2);
  const float part = at - static_cast<float>(first);
  Color color{};
  for (size_t i = 0; i < color.size(); ++i) {
    const auto channel = [&](uint32_t rgb) {
      return static_cast<float>(rgb >> (8 * (2 - i)) & 0xffU);
    };
    const float low = channel(colors[first]);
    color[i] = static_cast<uint8_t>(std::lround(low + part * (channel(colors[first + 1]) - low)));
  }
  return color;
}

}  // namespace

Color heat_color(float value) { return !std::isfinite(value) ? grey : between(inferno, value); }

Color signed_color(float value) {
  return !std::isfinite(value) ? grey : between(signed_colors, (value + 1) / 2);
}

}  // namespace convlab
