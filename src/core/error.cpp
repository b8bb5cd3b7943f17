#include "core/error.h"

#include <fmt/format.h>

namespace convlab {

void fail_formatted(fmt::string_view text, fmt::format_args args) {
  throw Error(fmt::vformat(text, args));
}

}  // namespace convlab
