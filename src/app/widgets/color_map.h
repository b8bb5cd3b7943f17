#pragma once

#include <cstdint>
#include <vector>

#include "engine/protocol.h"

namespace convlab {

/// Several images in one texture, arranged in a grid without gaps.
struct Atlas {
  int columns = 0;
  int width = 0;                 ///< of the texture, in pixels
  int height = 0;                ///< of the texture, in pixels
  std::vector<uint32_t> pixels;  ///< RGBA, red in the lowest byte
};

/// Maps a value from -1 to 1 to a colour: blue below 0, white at 0, orange above.
uint32_t diverging_color(float value);

/// Builds an atlas of the samples: grey for one channel, RGB for three, otherwise the first
/// channel.
Atlas sample_atlas(const Samples& samples);

/// Returns the weight that has the strongest colour in filter images: the largest finite |weight|,
/// but never 0.
float filter_scale(const Filters& filters);
/// Builds an atlas of the filters: three channels as RGB around grey, otherwise the mean over the
/// channels as diverging_color. `scale` is the weight of the strongest colour.
Atlas filter_atlas(const Filters& filters, float scale);

}  // namespace convlab
