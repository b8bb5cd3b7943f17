#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "app/layout.h"
#include "engine/protocol.h"

namespace convlab {

struct Theme;

/// One line of a chart. Points that are not finite leave a gap in the line.
struct Series {
  std::string_view name;
  const Curve* curve = nullptr;
  uint32_t color = 0;  ///< a colour of Theme
  bool dots = false;   ///< mark each point, for lines with few points
};

struct LineChart {
  std::string_view title;
  std::string_view x_name;
  std::string_view empty;  ///< text shown before the first point
  std::span<const Series> series;
  double max_x = 1;      ///< the axis reaches at least this far
  bool percent = false;  ///< y is a fraction shown as percent, at most 1; else y starts at 0
};

struct Range {
  double min = 0;
  double max = 1;
};

/// Returns the range of y that a chart shows: all values, except that a few outliers at the
/// beginning do not compress the rest.
Range choose_y_range(const LineChart& chart);

/// Draws the heading, a legend with the last values, axes, lines and, if the mouse is over the
/// plot, the values there.
void draw_line_chart(const LineChart& chart, const Rect& rect, const Theme& theme);

}  // namespace convlab
