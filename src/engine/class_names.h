#pragma once

#include <string>
#include <vector>

namespace convlab {

/// Returns a sentence for the user if the classes of a data set do not have the names that a model
/// was trained with; empty if they have, or if the model's are not known. Both lists are of the
/// same length.
std::string class_name_warning(const std::vector<std::string>& model,
                               const std::vector<std::string>& data);

}  // namespace convlab
