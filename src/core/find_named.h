#pragma once

#include <fmt/format.h>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/did_you_mean.h"
#include "core/error.h"
#include "core/quoted.h"

namespace convlab {

/// Returns the entry of `table` whose name (read through `member`) equals `name`. Throws Error
/// "unknown WHAT …" with the name that was probably meant and all known ones, of more than 100
/// only the first.
template <class Table, class Member>
const auto& find_named(std::string_view what, std::string_view name, const Table& table,
                       Member member) {
  constexpr size_t max_listed = 100;
  std::vector<std::string> names;
  std::string known;
  for (const auto& entry : table) {
    if (std::invoke(member, entry) == name) return entry;
    names.emplace_back(std::invoke(member, entry));
    if (names.size() > max_listed) continue;
    known.append(known.empty() ? "" : ", ").append(names.back());
  }
  if (names.size() > max_listed) known += fmt::format(" and {} more", names.size() - max_listed);
  fail("unknown {} {}{}; known are: {}", what, in_single_quotes(name), did_you_mean(name, names),
       known);
}

}  // namespace convlab
