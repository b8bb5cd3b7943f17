#pragma once

#include <fmt/base.h>

#include <stdexcept>

namespace convlab {

/// The only exception type that this library throws. Its message is meant for the user: what was
/// wrong, where (file, layer, byte offset) and what was expected.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Error with a formatted message. Keeps the formatting out of `fail`, which is called in
/// many places.
[[noreturn]] void fail_formatted(fmt::string_view text, fmt::format_args args);

/// Throws Error: fail("[dense] expects a vector, got {}", shape). The compiler checks the format
/// string against the arguments. A text that is known only at run time is an argument, never the
/// format string: it may come from a file and have braces in it.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> text, const Args&... args) {
  fail_formatted(text, fmt::make_format_args(args...));
}

}  // namespace convlab
