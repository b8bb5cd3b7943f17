#include "nn/layer_names.h"

#include <fmt/format.h>
#include <algorithm>

namespace convlab {

std::string LayerNames::next(std::string_view kind) {
  auto& [count, used] = numbers_[std::string(kind)];
  used = std::max(used, count);
  while (true) {
    std::string name = fmt::format("{}_{}", kind, used + 1);
    if (!contains(name)) return name;
    ++used;
  }
}

void LayerNames::insert(std::string_view kind, const std::string& name) {
  names_.insert(name);
  ++numbers_[std::string(kind)].count;
}

void LayerNames::remove(std::string_view kind, std::string_view name) {
  names_.erase(names_.find(name));
  Numbers& numbers = numbers_[std::string(kind)];
  numbers = {.count = numbers.count - 1, .used = 0};  // the next name is looked for from 1
}

}  // namespace convlab
