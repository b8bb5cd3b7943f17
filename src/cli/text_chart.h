#pragma once

#include <span>
#include <string>

namespace convlab {

/// A chart of y over log(x) in `width` columns and `height` rows of signs, with its axes' limits. x
/// ascends and is positive. Rows above `max` y are cut. `mark`, unless 0, is an x that gets an
/// upright line.
std::string text_chart(std::span<const double> x, std::span<const double> y, double max,
                       double mark, size_t width, size_t height);

}  // namespace convlab
