#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/did_you_mean.h"
#include "core/error.h"

namespace convlab {

/// Returns the entry of `table` whose name (read through `member`) equals `name`. Throws Error
/// "unknown WHAT …" with the name that was probably meant and all known ones.
template <class Table, class Member>
const auto& find_named(std::string_view what, std::string_view name, const Table& table,
                       Member member) {
  std::vector<std::string> names;
  std::string known;
  for (const auto& entry : table) {
    if (std::invoke(member, entry) == name) return entry;
    names.emplace_back(std::invoke(member, entry));
    known.append(known.empty() ? "" : ", ").append(names.back());
  }
  fail("unknown {} '{}'{}; known are: {}", what, name, did_you_mean(name, names), known);
}

}  // namespace convlab
