#include "io/class_weights_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "core/error.h"
#include "core/parse_number.h"
#include "core/quoted.h"
#include "io/json_text.h"

namespace convlab {

namespace {

constexpr int64_t max_classes = 65'535;
constexpr double max_weight = 1e6;

double weight_of(const SortedJson& json, size_t index, const std::string& where) {
  const double weight = json.is_number() ? json.get<double>() : -1;
  if (!(weight >= 0 && weight <= max_weight)) {
    fail("{}: the weight of class {} is {}; expected a number from 0 to {:g}", where, index,
         in_quotes(json.dump(-1, ' ', false, SortedJson::error_handler_t::replace)), max_weight);
  }
  return weight;
}

}  // namespace

std::string class_weights_from_json(std::string_view text, const std::string& where) {
  const SortedJson json = parse_sorted_json(text, where);
  if ((!json.is_array() && !json.is_object()) || json.empty() || json.size() > max_classes) {
    fail(
        "{}: expected the weights of 1 to {} classes, as a list such as [1, 2] or as Keras has "
        "them, {{\"0\": 1, \"1\": 2}}",
        where, max_classes);
  }
  std::vector<double> weights;
  if (json.is_array()) {
    for (const SortedJson& item : json) weights.push_back(weight_of(item, weights.size(), where));
  } else {
    for (const auto& [key, item] : json.items()) {
      const std::optional<int64_t> index = parse_integer(key);
      if (!index || *index < 0 || *index >= max_classes)
        fail("{}: {} is no index of a class; expected 0 to {}", where, in_quotes(key),
             max_classes - 1);
      const auto at = static_cast<size_t>(*index);
      if (weights.size() <= at) weights.resize(at + 1, 1);
      weights[at] = weight_of(item, at, where);
    }
  }
  return fmt::format("{}", fmt::join(weights, ","));
}

}  // namespace convlab
