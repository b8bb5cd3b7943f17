#include "app/widgets/line_chart.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "app/fonts.h"
#include "app/theme.h"
#include "app/widgets/text.h"
#include "app/widgets/ticks.h"

namespace convlab {
namespace {

constexpr float axis_height = 22;
constexpr float label_gap = 8;

/// Maps values to positions in the plot.
struct Plot {
  Rect area;
  Range x;
  Range y;

  float to_x(double value) const {
    return area.x + static_cast<float>((value - x.min) / (x.max - x.min)) * area.width;
  }
  float to_y(double value) const {
    return area.bottom() - static_cast<float>((value - y.min) / (y.max - y.min)) * area.height;
  }
};

size_t points(const Series& series) {
  return series.curve == nullptr ? 0 : std::min(series.curve->x.size(), series.curve->y.size());
}

bool is_empty(const LineChart& chart) {
  return std::all_of(chart.series.begin(), chart.series.end(),
                     [](const Series& s) { return points(s) == 0; });
}

double last_x(const LineChart& chart) {
  double max = std::isfinite(chart.max_x) && chart.max_x > 0 ? chart.max_x : 1;
  for (const Series& series : chart.series) {
    for (size_t i = 0; i < points(series); ++i) {
      const double x = series.curve->x[i];
      if (std::isfinite(x)) max = std::max(max, x);
    }
  }
  return max;
}

void draw_legend(const LineChart& chart, const Rect& rect, const Theme& theme) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  float x = rect.right();
  const float min_x = rect.x + measure_text(ImGui::GetFont(), chart.title).x + 16;
  for (size_t i = chart.series.size(); i-- > 0;) {
    const Series& series = chart.series[i];
    std::string text(series.name);
    const size_t count = points(series);
    if (count > 0) {
      text.append("  ").append(value_label(series.curve->y[count - 1], chart.percent));
    }
    const float width = measure_text(small_font(), text).x;
    x -= width;
    if (x - 20 < min_x) return;
    draw_text(small_font(), {x, rect.y + 2}, theme.quiet, text);
    const float y = rect.y + 2 + small_text_size / 2 + 1;
    list.AddLine({x - 20, y}, {x - 6, y}, series.color, 2.5F);
    if (series.dots) list.AddCircleFilled({x - 13, y}, 3.5F, series.color);
    x -= 36;
  }
}

/// Draws both axes and returns the plot between them.
Plot draw_axes(const LineChart& chart, const Rect& rect, const Range& y, const Theme& theme) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const int rows = std::clamp(static_cast<int>(rect.height / 36), 2, 6);
  const Ticks y_ticks = choose_ticks(y.min, y.max, rows);
  float label_width = 0;
  for (const double tick : y_ticks.values) {
    const std::string label = tick_label(tick, y_ticks.step, chart.percent);
    label_width = std::max(label_width, measure_text(small_font(), label).x);
  }
  Plot plot{{rect.x + label_width + label_gap, rect.y + 4, rect.width - label_width - label_gap - 6,
             rect.height - axis_height - 4},
            {0, last_x(chart)},
            y};
  for (const double tick : y_ticks.values) {
    const float at = std::round(plot.to_y(tick));
    list.AddLine({plot.area.x, at}, {plot.area.right(), at}, theme.line);
    const std::string label = tick_label(tick, y_ticks.step, chart.percent);
    const float width = measure_text(small_font(), label).x;
    draw_text(small_font(), {rect.x + label_width - width, at - small_text_size / 2 - 1},
              theme.quiet, label);
  }
  const int columns = std::clamp(static_cast<int>(plot.area.width / 44), 2, 12);
  const Ticks x_ticks = choose_ticks(0, plot.x.max, columns, plot.x.max >= 2 ? 1 : 0);
  for (size_t i = 0; i < x_ticks.values.size(); ++i) {
    // The last label also shows the name of the axis.
    std::string label = tick_label(x_ticks.values[i], x_ticks.step, false);
    if (i + 1 == x_ticks.values.size()) label.insert(0, std::string(chart.x_name) + " ");
    const float width = measure_text(small_font(), label).x;
    const float at = plot.to_x(x_ticks.values[i]);
    const float left = std::min(at - width / 2, plot.area.right() + 6 - width);
    draw_text(small_font(), {left, plot.area.bottom() + 6}, theme.quiet, label);
  }
  return plot;
}

void draw_series(const Series& series, const Plot& plot, const Theme& theme) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  std::vector<ImVec2> line;
  const auto flush = [&] {
    if (line.size() == 1) list.AddCircleFilled(line[0], 2.5F, series.color);
    list.AddPolyline(line.data(), static_cast<int>(line.size()), series.color, 0, 2.0F);
    line.clear();
  };
  for (size_t i = 0; i < points(series); ++i) {
    const float x = series.curve->x[i];
    const float y = series.curve->y[i];
    if (std::isfinite(x) && std::isfinite(y)) {
      line.push_back({plot.to_x(x), plot.to_y(y)});
    } else {
      flush();
    }
  }
  flush();
  // No dots if they would touch each other.
  const auto count = static_cast<float>(points(series));
  if (!series.dots || count * 10 > plot.area.width) return;
  for (size_t i = 0; i < points(series); ++i) {
    const ImVec2 at{plot.to_x(series.curve->x[i]), plot.to_y(series.curve->y[i])};
    list.AddCircleFilled(at, 4.5F, theme.background);
    list.AddCircleFilled(at, 3.5F, series.color);
  }
}

/// Returns the index of the point of a series that is nearest to x.
size_t nearest(const Series& series, double x) {
  const std::vector<float>& xs = series.curve->x;
  size_t best = 0;
  for (size_t i = 1; i < points(series); ++i) {
    if (std::abs(xs[i] - x) < std::abs(xs[best] - x)) best = i;
  }
  return best;
}

void draw_readout(const LineChart& chart, const Plot& plot, const Theme& theme) {
  const ImVec2 corner{plot.area.right(), plot.area.bottom()};
  if (!ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows) ||
      !ImGui::IsMouseHoveringRect({plot.area.x, plot.area.y}, corner)) {
    return;
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float pointer = ImGui::GetIO().MousePos.x;
  const double x =
      plot.x.min + (pointer - plot.area.x) / plot.area.width * (plot.x.max - plot.x.min);
  list.AddLine({pointer, plot.area.y}, {pointer, plot.area.bottom()}, theme.quiet);
  std::string text;
  for (const Series& series : chart.series) {
    if (points(series) == 0) continue;
    const size_t i = nearest(series, x);
    const float at = series.curve->x[i];
    const float value = series.curve->y[i];
    text.append(text.empty() ? "" : "\n").append(series.name).append("  ");
    text.append(value_label(value, chart.percent)).append("  at ");
    text.append(chart.x_name).append(" ").append(tick_label(at, 0.01, false));
    if (!std::isfinite(at) || !std::isfinite(value)) continue;
    const ImVec2 dot{plot.to_x(at), std::clamp(plot.to_y(value), plot.area.y, corner.y)};
    list.AddCircleFilled(dot, 6, theme.background);
    list.AddCircleFilled(dot, 4.5F, series.color);
  }
  if (!text.empty()) show_tooltip(text.c_str());
}

}  // namespace

Range choose_y_range(const LineChart& chart) {
  double farthest = 0;  // maximum of the lines with dots, which are shown completely
  std::vector<double> distances;
  for (const Series& series : chart.series) {
    for (size_t i = 0; i < points(series); ++i) {
      const double y = series.curve->y[i];
      if (!std::isfinite(y)) continue;
      const double distance = chart.percent ? 1 - std::clamp(y, 0.0, 1.0) : std::max(y, 0.0);
      if (series.dots)
        farthest = std::max(farthest, distance);
      else
        distances.push_back(distance);
    }
  }
  if (!distances.empty()) {
    std::sort(distances.begin(), distances.end());
    const double percentile_95 = distances[(distances.size() - 1) * 95 / 100];
    farthest = std::max(farthest, std::min(distances.back(), 1.5 * percentile_95));
  }
  if (!(farthest > 0)) farthest = chart.percent ? 0.1 : 1;
  farthest = std::max(farthest * 1.05, 1e-6);
  if (chart.percent) return {std::max(1 - farthest, 0.0), 1};
  return {0, farthest};
}

void draw_line_chart(const LineChart& chart, const Rect& rect, const Theme& theme) {
  draw_heading(rect, theme.text, chart.title, theme.quiet, {});
  draw_legend(chart, rect, theme);
  const Rect body{rect.x, rect.y + heading_height, rect.width, rect.height - heading_height};
  const Plot plot = draw_axes(chart, body, choose_y_range(chart), theme);
  if (is_empty(chart)) {
    draw_empty(plot.area, theme.quiet, theme.background, chart.empty);
    return;
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect({plot.area.x, plot.area.y - 5}, {plot.area.right() + 5, plot.area.bottom() + 5},
                    true);
  for (const Series& series : chart.series) draw_series(series, plot, theme);
  list.PopClipRect();
  draw_readout(chart, plot, theme);
}

}  // namespace convlab
