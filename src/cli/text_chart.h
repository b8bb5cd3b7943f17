#pragma once

#include <span>
#include <string>

namespace convlab {

/// Plots y over log(x) as text with `width` columns and `height` rows, plus axes labelled with
/// their limits. x must be positive and ascending. Points with y above `max` are left out. A
/// vertical line is drawn at x = `mark`, unless it is 0.
std::string text_chart(std::span<const double> x, std::span<const double> y, double max,
                       double mark, size_t width, size_t height);

}  // namespace convlab
