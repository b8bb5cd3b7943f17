#include "app/panels/chart.h"

#include <implot.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "app/fonts.h"
#include "app/panels/progress_texts.h"
#include "app/widgets/text.h"
#include "app/widgets/ticks.h"
#include "core/format.h"

namespace convlab {
namespace {

constexpr float stacked_height = 220;
constexpr float min_height = 170;  // in a column
constexpr float zoom_rate = 0.1F;  // for one notch of the wheel
constexpr double max_zoom = 1e4;
constexpr float dot_radius = 3.5F;
constexpr float label_gap = 8;  // between labels that lie side by side
/// Without a legend, menus and box selection of ImPlot's own.
constexpr ImPlotFlags plot_flags = ImPlotFlags_CanvasOnly | ImPlotFlags_NoFrame;
constexpr ImPlotAxisFlags axis_flags = ImPlotAxisFlags_NoTickMarks | ImPlotAxisFlags_NoMenus |
                                       ImPlotAxisFlags_NoSideSwitch | ImPlotAxisFlags_NoHighlight;

using Line = ChartPanel::Line;

size_t points(const Curve& curve) { return std::min(curve.x.size(), curve.y.size()); }

std::string metric_text(double value, bool is_percent) {
  return is_percent ? percent(value) : loss_text(value);
}

std::string end_label(double epochs) {
  return "epoch " + tick_label(epochs, epochs == std::round(epochs) ? 1 : 0.01, false);
}

struct Axis {
  Range widest;  ///< within which it can be zoomed
  std::vector<double> ticks;
  std::vector<std::string> labels;
};

Axis make_y_axis(const Range& range, const Range& widest, float height, bool percent) {
  const int rows = std::clamp(static_cast<int>(height / 36), 2, 6);
  const Ticks ticks = choose_ticks(range.min, range.max, rows);
  Axis axis{widest, ticks.values, {}};
  for (const double tick : ticks.values)
    axis.labels.push_back(tick_label(tick, ticks.step, percent));
  return axis;
}

/// Leaves out the labels where the name of the axis stands, at its right end.
Axis make_x_axis(const Range& range, const Range& widest, float width) {
  const int columns = std::clamp(static_cast<int>(width / 44), 2, 12);
  const Ticks ticks = choose_ticks(range.min, range.max, columns, range.size() >= 2 ? 1 : 0);
  const float end = width - measure_text(small_text_size, end_label(range.max)).x - label_gap;
  Axis axis{widest, ticks.values, {}};
  for (const double tick : ticks.values) {
    std::string label = tick_label(tick, ticks.step, false);
    const float at = static_cast<float>((tick - range.min) / range.size()) * width;
    const bool fits = at + measure_text(small_text_size, label).x / 2 < end;
    axis.labels.push_back(fits ? std::move(label) : std::string());
  }
  return axis;
}

float label_width(const Axis& axis) {
  float width = 0;
  for (const std::string& label : axis.labels)
    width = std::max(width, measure_text(small_text_size, label).x);
  return width;
}

/// Makes the next plot zoom with the wheel alone if it is focused, otherwise only with Ctrl.
void set_up_input(bool focused) {
  ImPlotInputMap& input = ImPlot::GetInputMap();
  input.ZoomMod = focused ? ImGuiMod_None : ImGuiMod_Ctrl;
  // A trackpad turns the wheel by fractions of a notch.
  input.ZoomRate = zoom_rate * std::min(std::abs(ImGui::GetIO().MouseWheel), 2.0F);
  input.OverrideMod = ImGuiMod_Super;  // ImPlot's default is Ctrl
}

/// Links an axis with a range, which ImPlot changes when the user zooms or moves.
void set_up(ImAxis id, ImPlotAxisFlags flags, Range& range, const Axis& axis) {
  std::vector<const char*> labels;
  labels.reserve(axis.labels.size());
  for (const std::string& label : axis.labels) labels.push_back(label.c_str());
  ImPlot::SetupAxis(id, nullptr, flags);
  ImPlot::SetupAxisLinks(id, &range.min, &range.max);
  ImPlot::SetupAxisLimitsConstraints(id, axis.widest.min, axis.widest.max);
  ImPlot::SetupAxisZoomConstraints(id, axis.widest.size() / max_zoom, axis.widest.size());
  ImPlot::SetupAxisTicks(id, axis.ticks.data(), static_cast<int>(labels.size()), labels.data());
}

/// Draws a line with a gap at each point that is not finite; a point without neighbours is a dot.
void plot_line(const Line& line, const Range& y_range) {
  ImPlotSpec spec;
  spec.LineColor = ImGui::ColorConvertU32ToFloat4(line.color);
  spec.LineWeight = 2;
  ImPlotSpec dot;
  dot.Marker = ImPlotMarker_Circle;
  dot.MarkerSize = 2.5F;
  dot.MarkerFillColor = spec.LineColor;
  dot.MarkerLineColor = spec.LineColor;
  // Values far outside of the plot would be infinite in pixels.
  const auto low = static_cast<float>(y_range.min - 1e3 * y_range.size());
  const auto high = static_cast<float>(y_range.max + 1e3 * y_range.size());
  std::vector<float> ys(points(line.curve));
  size_t start = 0;
  const auto draw_until = [&](size_t end) {
    const int count = static_cast<int>(end - start);
    const float* x = line.curve.x.data() + start;
    if (count > 1) ImPlot::PlotLine(line.name, x, ys.data() + start, count, spec);
    if (count == 1) ImPlot::PlotScatter(line.name, x, ys.data() + start, count, dot);
    start = end + 1;
  };
  for (size_t i = 0; i < ys.size(); ++i) {
    if (!std::isfinite(line.curve.x[i]) || !std::isfinite(line.curve.y[i])) draw_until(i);
    ys[i] = std::clamp(line.curve.y[i], low, high);
  }
  draw_until(ys.size());
}

/// Draws a dot at each point, with a ring of the background's colour.
void plot_dots(const Line& line, const Theme& theme) {
  ImPlotSpec spec;
  spec.Marker = ImPlotMarker_Circle;
  spec.MarkerSize = dot_radius + 0.5F;
  spec.LineWeight = 1;
  spec.MarkerFillColor = ImGui::ColorConvertU32ToFloat4(line.color);
  spec.MarkerLineColor = ImGui::ColorConvertU32ToFloat4(theme.background);
  spec.Flags = ImPlotLineFlags_NoClip;
  ImPlot::PlotScatter(line.name, line.curve.x.data(), line.curve.y.data(),
                      static_cast<int>(points(line.curve)), spec);
}

/// Returns the index of the point of a curve that is nearest to x.
size_t nearest(const Curve& curve, double x) {
  size_t best = 0;
  for (size_t i = 1; i < points(curve); ++i) {
    if (std::abs(curve.x[i] - x) < std::abs(curve.x[best] - x)) best = i;
  }
  return best;
}

bool differ(const Range& a, const Range& b) {
  const double tolerance = 1e-9 * b.size();
  return std::abs(a.min - b.min) > tolerance || std::abs(a.max - b.max) > tolerance;
}

}  // namespace

void ChartPanel::show(const std::shared_ptr<const Snapshot>& snapshot) {
  snapshot_ = snapshot;
  if (is_empty()) zoomed_ = false;  // a new training
}

float ChartPanel::height(float, float room) const {
  return room == unlimited ? stacked_height : std::max(room, min_height);
}

std::array<ChartPanel::Line, 2> ChartPanel::lines_of(const Theme& theme) const {
  return {{{"Training", train(), theme.train, false},
           {validation_name(*snapshot_), validation(), theme.validation, true}}};
}

void ChartPanel::draw_legend(const Rect& rect, const Theme& theme) const {
  constexpr float icon = 14;
  constexpr float entry_gap = 16;
  const std::array<Line, 2> lines = lines_of(theme);
  std::array<std::string, 2> values;
  // Wide enough for most values, so that nothing moves when they change.
  const float usual = measure_text(small_text_size, options_.percent ? "100.00 %" : "0.0000").x;
  float value_width = usual + 6;
  float width = -entry_gap;
  for (size_t i = 0; i < lines.size(); ++i) {
    const size_t count = points(lines[i].curve);
    values[i] = count > 0 ? metric_text(lines[i].curve.y[count - 1], options_.percent)
                          : std::string(no_value);
    value_width = std::max(value_width, measure_text(small_text_size, values[i]).x + 6);
    width += icon + 6 + measure_text(small_text_size, lines[i].name).x + entry_gap;
  }
  const float room = rect.width - measure_text(text_size, title()).x - entry_gap;
  const bool with_values = width + 2 * value_width <= room;
  if (with_values) width += 2 * value_width;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float text_y = rect.y + 2;
  const float icon_y = text_y + small_text_size / 2 + 1;
  float x = rect.right() - width;
  for (size_t i = 0; i < lines.size(); ++i) {
    list.AddLine({x, icon_y}, {x + icon, icon_y}, lines[i].color, 2.5F);
    if (lines[i].dots) list.AddCircleFilled({x + icon / 2, icon_y}, dot_radius, lines[i].color);
    x += icon + 6;
    draw_text(small_text_size, {x, text_y}, theme.quiet, lines[i].name);
    x += measure_text(small_text_size, lines[i].name).x;
    if (with_values) {
      draw_text(small_text_size, {x + 6, text_y}, theme.text, values[i]);
      x += value_width;
    }
    x += entry_gap;
  }
}

void ChartPanel::draw_readout(const Line& line, const Theme& theme, std::string& text) const {
  if (points(line.curve) == 0) return;
  const size_t i = nearest(line.curve, ImPlot::GetPlotMousePos().x);
  const float x = line.curve.x[i];
  const float y = line.curve.y[i];
  text.append(text.empty() ? "" : "\n").append(line.name).append("  ");
  text.append(metric_text(y, options_.percent)).append("  at epoch ");
  text.append(tick_label(x, 0.01, false));
  if (!std::isfinite(x) || !std::isfinite(y)) return;
  ImDrawList& list = *ImPlot::GetPlotDrawList();
  const ImVec2 dot = ImPlot::PlotToPixels(x, std::clamp<double>(y, y_.min, y_.max));
  list.AddCircleFilled(dot, 6, theme.background);
  list.AddCircleFilled(dot, 4.5F, line.color);
}

void ChartPanel::draw_curves(const Theme& theme) {
  const std::array<Line, 2> lines = lines_of(theme);
  const ImVec2 corner = ImPlot::GetPlotPos();
  const ImVec2 size = ImPlot::GetPlotSize();
  for (const Line& line : lines) plot_line(line, y_);
  // No dots if they would touch each other.
  for (const Line& line : lines) {
    const bool fits = static_cast<float>(points(line.curve)) * 10 <= size.x;
    if (line.dots && fits) plot_dots(line, theme);
  }
  if (is_empty()) {
    const bool under_way =
        snapshot_->state == RunState::running || snapshot_->state == RunState::waiting_for_data;
    draw_empty(
        {corner.x, corner.y, size.x, size.y}, theme.quiet, theme.background,
        under_way ? "The first training steps are running" : "Curves appear when training starts");
  } else if (hovered_) {
    const float x = ImGui::GetIO().MousePos.x;
    ImPlot::PushPlotClipRect(dot_radius);
    ImPlot::GetPlotDrawList()->AddLine({x, corner.y}, {x, corner.y + size.y}, theme.quiet);
    std::string text;
    for (const Line& line : lines) draw_readout(line, theme, text);
    ImPlot::PopPlotClipRect();
    show_tooltip(text.c_str());
    if (zoomed_) {
      const std::string_view hint = "Double-click shows everything";
      const float width = measure_text(small_text_size, hint).x;
      draw_text(small_text_size, {corner.x + size.x - width, corner.y}, theme.quiet, hint);
    }
  }
  const std::string end = end_label(x_.max);
  const float x = corner.x + size.x - measure_text(small_text_size, end).x;
  draw_text(small_text_size, {x, corner.y + size.y + ImPlot::GetStyle().LabelPadding.y},
            theme.quiet, end);
}

void ChartPanel::draw_plot(Rect rect, const Theme& theme) {
  const Range widest_x =
      choose_x_range(train(), validation(), static_cast<double>(snapshot_->epochs));
  const Range widest_y = widest_y_range(train(), validation(), options_.percent);
  if (!zoomed_) {
    x_ = widest_x;
    y_ = choose_y_range(train(), validation(), options_.percent);
  }
  const Axis y_axis = make_y_axis(y_, widest_y, rect.height, options_.percent);
  const float labels = label_width(y_axis);
  // So that charts one above the other have their axes in line.
  const float indent = std::max(0.0F, measure_text(small_text_size, "100%").x - labels);
  rect.x += indent;
  rect.width -= indent;
  const Axis x_axis = make_x_axis(x_, widest_x, rect.width - labels - label_gap);
  const ImVec2 padding = ImPlot::GetStyle().PlotPadding;
  const std::string id(title());
  set_up_input(focused_);
  hovered_ = false;
  ImGui::SetCursorScreenPos({rect.x - padding.x, rect.y - padding.y});
  if (!ImPlot::BeginPlot(id.c_str(), {rect.width + 2 * padding.x, rect.height + 2 * padding.y},
                         plot_flags)) {
    return;
  }
  set_up(ImAxis_X1, axis_flags | ImPlotAxisFlags_NoGridLines, x_, x_axis);
  set_up(ImAxis_Y1, axis_flags, y_, y_axis);
  const Range x = x_;
  const Range y = y_;
  hovered_ = ImPlot::IsPlotHovered();
  const bool over_axis = ImPlot::IsAxisHovered(ImAxis_X1) || ImPlot::IsAxisHovered(ImAxis_Y1);
  const bool reset = (hovered_ || over_axis) && ImGui::IsMouseDoubleClicked(0);
  draw_curves(theme);
  ImPlot::EndPlot();
  zoomed_ = !reset && !is_empty() && (zoomed_ || differ(x_, x) || differ(y_, y));
}

void ChartPanel::draw(const Rect& rect, const Theme& theme) {
  draw_heading(rect, theme.text, title(), theme.quiet, {});
  draw_legend(rect, theme);
  ImGui::PushFont(nullptr, small_text_size);
  draw_plot({rect.x, rect.y + heading_height, rect.width, rect.height - heading_height}, theme);
  ImGui::PopFont();
  focused_ = hovered_ && (focused_ || ImGui::IsMouseClicked(0));
}

}  // namespace convlab
