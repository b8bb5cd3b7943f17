#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace convlab {

/// Returns the entry of `table` whose name (read through `member`) equals `name`. Throws Error
/// "unknown WHAT …" that lists the known names.
template <class Table, class Member>
const auto& find_named(std::string_view what, std::string_view name, const Table& table,
                       Member member) {
  std::string known;
  for (const auto& entry : table) {
    if (std::invoke(member, entry) == name) return entry;
    known.append(known.empty() ? "" : ", ").append(std::invoke(member, entry));
  }
  fail("unknown ", what, " '", name, "'; known are: ", known);
}

}  // namespace convlab
