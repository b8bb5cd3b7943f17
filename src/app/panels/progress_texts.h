#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/protocol.h"

namespace convlab {

/// "Training, epoch 2 of 5".
std::string phase_text(const Snapshot& snapshot);

/// Names and values of what one watches, in the order in which to show them; "–" where there is
/// none yet.
std::vector<std::pair<std::string, std::string>> number_texts(const Snapshot& snapshot);

/// "1 min 5 s"; "–" for what is not known.
std::string duration_text(double seconds);

/// "1,234,567".
std::string count_text(int64_t count);

}  // namespace convlab
