#pragma once

#include <cstdint>
#include <vector>

namespace convlab {

/// How the bytes of an image become the numbers that a network reads: x · scale + offset, with one
/// scale and offset for each channel or a single one for all. Belongs to the network, because its
/// weights were trained on such numbers. The default maps 0 to 255 to [0, 1].
struct InputNormalization {
  std::vector<float> scale{1.0F / 255.0F};
  std::vector<float> offset{0.0F};

  bool operator==(const InputNormalization&) const = default;

  /// Throws Error unless each list has one number or `channels`, all finite, and no scale is 0.
  void check(int64_t channels) const;
  /// Returns one scale or one offset for each of `channels` channels.
  std::vector<float> scales(int64_t channels) const;
  std::vector<float> offsets(int64_t channels) const;
};

}  // namespace convlab
