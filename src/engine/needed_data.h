#pragma once

#include <string>

#include "engine/requests.h"

namespace convlab {

/// Returns the name of the data set that a request will open: that of its fields, or the one on
/// which a model to load was trained. Empty for all other requests, and for a file that is no
/// model.
std::string needed_data(const Request& request);

}  // namespace convlab
