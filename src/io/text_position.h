#pragma once

#include <fmt/base.h>

#include <cstdint>

namespace convlab {

/// A place in a text, counted from 1.
struct TextPosition {
  int64_t line = 1;
  int64_t column = 1;  ///< in characters

  bool operator==(const TextPosition&) const = default;
};

}  // namespace convlab

/// "line 3, column 14"
template <>
struct fmt::formatter<convlab::TextPosition> {
  constexpr const char* parse(fmt::parse_context<>& context) { return context.begin(); }
  fmt::context::iterator format(const convlab::TextPosition& position,
                                fmt::context& context) const {
    return fmt::format_to(context.out(), "line {}, column {}", position.line, position.column);
  }
};
