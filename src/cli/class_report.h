#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/replies.h"

/// Metrics per class, as shown by `convlab eval`.
namespace convlab {

/// Returns a table of precision, recall, F1 score and number of images per class, and their means.
std::string class_report(const Evaluation& result);

/// Returns the confusion matrix as a table: one row per true class, one column per predicted class.
std::string confusion_table(const Evaluation& result);

/// Returns the numbers of both as JSON:
/// {"macro": {…}, "absent": ["3"], "classes": [{"name", …}, …], "confusion": [[…], …]}.
nlohmann::ordered_json class_figures(const Evaluation& result);

}  // namespace convlab
