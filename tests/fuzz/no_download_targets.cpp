#include "fuzz/target_parts.h"

namespace convlab {

std::span<const FuzzTarget> download_targets() { return {}; }

}  // namespace convlab
