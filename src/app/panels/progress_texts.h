#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/protocol.h"

namespace convlab {

/// Returns the state as text, such as "Training, epoch 2 of 5".
std::string phase_text(const Snapshot& snapshot);

/// Returns names and values of the metrics, in the order in which to show them; "–" for a missing
/// value.
std::vector<std::pair<std::string, std::string>> number_texts(const Snapshot& snapshot);

/// Returns what the images are on which the run validates: "Test" or "Validation".
const char* validation_name(const Snapshot& snapshot);

}  // namespace convlab
