#pragma once

#include <string_view>

namespace convlab {

/// Returns the name of an ImageNet class ("tench" for "n01440764"), of those in Imagenette and
/// Imagewoof; empty for any other text.
std::string_view imagenet_class(std::string_view id);

}  // namespace convlab
