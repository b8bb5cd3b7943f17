#pragma once

#include <cstdint>
#include <vector>

#include "engine/protocol.h"

namespace convlab {

/// Images in one texture, beside and below each other without space between.
struct Atlas {
  int columns = 0;
  int width = 0;                 ///< of the whole, in pixels
  int height = 0;                ///< of the whole, in pixels
  std::vector<uint32_t> pixels;  ///< RGBA, red in the lowest byte
};

/// Blue below 0, white at 0, orange above; -1 and 1 are the ends.
uint32_t diverging_color(float value);

/// Grey images of one channel, colours of three; of other numbers of channels the first.
Atlas sample_atlas(const Samples& samples);

/// What the colours of filter images stand for: the largest finite |weight|, at least a tiny
/// number.
float filter_scale(const Filters& filters);
/// Three channels as colours around grey, others as their mean in diverging_color; `scale` is the
/// end of the scale.
Atlas filter_atlas(const Filters& filters, float scale);

}  // namespace convlab
