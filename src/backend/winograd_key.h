#pragma once

#include <string>

#include "backend/backend.h"

namespace convlab {

/// Names what chooses the convolutions that a backend computes by Winograd's algorithm, on which
/// the bits of results depend: one of winograd_names, for "auto" with a hash of the backend's
/// table.
std::string winograd_key(const Backend& backend);

}  // namespace convlab
