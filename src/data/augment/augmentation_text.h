#pragma once

#include <string>
#include <string_view>

#include "data/augment/augmentation_options.h"

namespace convlab {

/// Parses operations such as "flip,shift=0.1,rotate=15": names of AugmentationOptions with their
/// values; a name without a value switches an operation on that has none. Three names stand for
/// two each: shift=0.1 for width_shift and height_shift, zoom=0.2 for zoom_min=0.8 and
/// zoom_max=1.2, brightness=0.2 for the same of the brightness. Throws Error for an unknown name,
/// with the known ones, and for a value that is missing, invalid or given twice.
AugmentationOptions parse_augmentation(std::string_view text);

/// Formats what differs from the defaults as parse_augmentation reads it; empty if nothing does.
std::string augmentation_text(const AugmentationOptions& options);

}  // namespace convlab
