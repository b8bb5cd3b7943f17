#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "app/layout.h"
#include "engine/protocol.h"

namespace convlab {

struct Theme;

/// One line of a chart. Points that are not finite leave a gap.
struct Series {
  std::string_view name;
  const Curve* curve = nullptr;
  uint32_t color = 0;  ///< as in Theme
  bool dots = false;   ///< mark each point, for lines of few
};

struct LineChart {
  std::string_view title;
  std::string_view x_name;
  std::string_view empty;  ///< what stands there before the first point
  std::span<const Series> series;
  double max_x = 1;      ///< the axis reaches at least this far
  bool percent = false;  ///< y from 0 to 1 shown as percent, its top at 1; else y starts at 0
};

struct Range {
  double min = 0;
  double max = 1;
};

/// Which y a chart shows: all of it, but a few outliers at the beginning do not squeeze the rest.
Range choose_y_range(const LineChart& chart);

/// Draws heading, legend with the last values, axes, lines and, under the pointer, the values
/// there.
void draw_line_chart(const LineChart& chart, const Rect& rect, const Theme& theme);

}  // namespace convlab
