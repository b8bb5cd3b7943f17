#pragma once

#include <cstdint>
#include <ostream>

namespace convlab {

/// A place in a text, counted from 1.
struct TextPosition {
  int64_t line = 1;
  int64_t column = 1;  ///< in characters

  bool operator==(const TextPosition&) const = default;
};

/// Writes "line 3, column 14".
inline std::ostream& operator<<(std::ostream& out, const TextPosition& position) {
  return out << "line " << position.line << ", column " << position.column;
}

}  // namespace convlab
