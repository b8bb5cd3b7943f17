#include "core/did_you_mean.h"

#include <fmt/format.h>
#include <algorithm>
#include <limits>

#include "core/utf8.h"

namespace convlab {

namespace {

/// Returns the letters and digits of a name, in lower case.
std::string plain(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (c == '-' || c == '_') continue;
    result += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return result;
}

/// Returns the number of letters to change, add, delete or swap with a neighbour to get from `a` to
/// `b` (optimal string alignment distance).
size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> table(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      const size_t change = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  constexpr size_t max_name = 64;  // the time grows with the product of both lengths
  constexpr size_t min_beginning = 3;
  const std::string given = plain(name);
  if (given.size() > max_name) return "";
  std::string_view best;
  size_t least = std::numeric_limits<size_t>::max();
  for (const std::string& candidate : known) {
    if (candidate.size() > max_name || escaped_utf8(candidate) != candidate) continue;
    const std::string other = plain(candidate);
    const bool begins = std::min(given.size(), other.size()) >= min_beginning &&
                        (given.starts_with(other) || other.starts_with(given));
    const size_t wrong = distance(given, other);
    if ((begins || wrong <= given.size() / 3) && wrong < least) {
      least = wrong;
      best = candidate;
    }
  }
  return best.empty() ? "" : fmt::format(" (did you mean '{}'?)", best);
}

}  // namespace convlab
