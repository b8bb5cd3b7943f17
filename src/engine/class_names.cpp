#include "engine/class_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/quoted.h"

namespace convlab {

std::string class_name_warning(const std::vector<std::string>& model,
                               const std::vector<std::string>& data) {
  const size_t count = std::min(model.size(), data.size());
  size_t differing = 0;
  size_t first = 0;
  for (size_t i = count; i-- > 0;) {
    if (model[i] == data[i]) continue;
    ++differing;
    first = i;
  }
  if (differing == 0) return {};
  return fmt::format(
      "The names of {} of {} classes differ: class {} is {} in the data, but was {} when the model "
      "was trained. If these are other classes, the accuracy means nothing.",
      differing, count, first, in_single_quotes(data[first]), in_single_quotes(model[first]));
}

}  // namespace convlab
