#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "data/inspection.h"

namespace convlab {

/// Returns what is known about a data set as lines of text with a table of the classes. Lists only
/// the first of many duplicates and unreadable images.
std::string inspection_text(const DatasetSplits& splits, const Inspection& result);

/// Returns the same as JSON, with all of them.
nlohmann::ordered_json inspection_json(const DatasetSplits& splits, const Inspection& result);

}  // namespace convlab
