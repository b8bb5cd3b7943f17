#pragma once

#include <concepts>
#include <type_traits>

namespace convlab {

/// A structure or a const structure, for functions that list the fields of a structure once for
/// both writing and reading: `visit(fields, structure)` calls `fields` with the name and the member
/// of each.
template <class S, class T>
concept MaybeConst = std::same_as<std::remove_const_t<S>, T>;

}  // namespace convlab
