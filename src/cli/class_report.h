#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "train/classification_metrics.h"

/// Metrics per class, as shown by `convlab eval`; names[c] is the name of class c.
namespace convlab {

/// Returns a table of precision, recall, F1 score and number of images per class, and their means.
std::string class_report(const std::vector<std::string>& names,
                         const ClassificationMetrics& metrics);

/// Returns the confusion matrix as a table: one row per true class, one column per predicted class.
std::string confusion_table(const std::vector<std::string>& names,
                            const ClassificationMetrics& metrics);

/// Returns the numbers of both as JSON:
/// {"macro": {…}, "absent": ["3"], "classes": [{"name", …}, …], "confusion": [[…], …]}.
nlohmann::ordered_json class_figures(const std::vector<std::string>& names,
                                     const ClassificationMetrics& metrics);

}  // namespace convlab
