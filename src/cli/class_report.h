#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "train/classification_metrics.h"

/// What `eval` shows of each class; names[c] is what class c is called.
namespace convlab {

/// A line for each class with its precision, recall, F1 and number of images, and their means.
std::string class_report(const std::vector<std::string>& names,
                         const ClassificationMetrics& metrics);

/// A line for each class with how many of its images were taken for each class.
std::string confusion_table(const std::vector<std::string>& names,
                            const ClassificationMetrics& metrics);

/// The figures of both: {"macro": {…}, "classes": [{"name", …}, …], "confusion": [[…], …]}.
nlohmann::ordered_json class_figures(const std::vector<std::string>& names,
                                     const ClassificationMetrics& metrics);

}  // namespace convlab
