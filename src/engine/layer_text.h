#pragma once

#include <string>

#include "engine/replies.h"

namespace convlab {

/// Returns the kind of a layer and how it is trained, if that is not the usual way.
std::string kind_text(const LayerDescription& layer);

}  // namespace convlab
