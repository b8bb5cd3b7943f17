#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace convlab {

/// The only exception type that this library throws. Its message is meant for the user: what was
/// wrong, where (file, layer, byte offset) and what was expected.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Joins values into one string: `concat("got ", 3, " of ", 4)`.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// Throws Error with the joined parts as its message.
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  throw Error(concat(parts...));
}

}  // namespace convlab
