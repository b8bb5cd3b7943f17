#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/protocol.h"

namespace convlab {

/// Returns the state as text, such as "Training, epoch 2 of 5".
std::string phase_text(const Snapshot& snapshot);

/// Returns names and values of the metrics, in the order in which to show them; "–" for a missing
/// value.
std::vector<std::pair<std::string, std::string>> number_texts(const Snapshot& snapshot);

/// Formats a duration as "1 min 5 s"; "–" if it is negative or not finite.
std::string duration_text(double seconds);

/// Formats a count as "1,234,567".
std::string count_text(int64_t count);

}  // namespace convlab
