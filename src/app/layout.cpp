#include "app/layout.h"

#include <algorithm>

namespace convlab {
namespace {

constexpr float wide = 900;    // minimum width for columns
constexpr float medium = 560;  // minimum width for two charts side by side
constexpr float padding = 18;  // around the content
constexpr float gap = 28;      // between panels
constexpr float controls_width = 280;
constexpr float chart_height = 220;
constexpr float low_chart_height = 170;  // minimum in columns
constexpr float no_limit = 1e6F;

/// Places both charts below each other, filling the height; returns the bottom.
float place_charts(Layout& layout, const Rect& area, float width) {
  const float height = std::max(area.height, 2 * low_chart_height + gap);
  const float chart = (height - gap) / 2;
  layout.loss = {area.x, area.y, width, chart};
  layout.accuracy = {area.x, area.y + chart + gap, width, chart};
  return area.y + height;
}

/// Places curves on the left and images on the right; returns the bottom.
float place_columns(Layout& layout, const Rect& area, const PanelHeights& heights) {
  const float charts = (area.width - gap) * 0.54F;
  const float images = area.width - gap - charts;
  const float x = area.x + charts + gap;
  const float filters = heights.filters(images, area.height * 0.38F);
  const float samples = heights.samples(images, area.height - gap - filters);
  layout.samples = {x, area.y, images, samples};
  layout.filters = {x, area.y + samples + gap, images, filters};
  return std::max(place_charts(layout, area, charts), layout.filters.bottom());
}

/// For windows of small height: places the filters in a column of their own; returns the bottom.
float place_more_columns(Layout& layout, const Rect& area, const PanelHeights& heights) {
  const float charts = (area.width - 2 * gap) * 0.40F;
  const float images = (area.width - 2 * gap) * 0.38F;
  const float rest = area.width - 2 * gap - charts - images;
  const float x = area.x + charts + gap;
  layout.samples = {x, area.y, images, heights.samples(images, area.height)};
  layout.filters = {x + images + gap, area.y, rest, heights.filters(rest, area.height)};
  return std::max(
      {place_charts(layout, area, charts), layout.samples.bottom(), layout.filters.bottom()});
}

float place_stack(Layout& layout, const Rect& area, const PanelHeights& heights) {
  float y = area.y;
  if (area.width >= medium) {
    const float half = (area.width - gap) / 2;
    layout.loss = {area.x, y, half, chart_height};
    layout.accuracy = {area.x + half + gap, y, half, chart_height};
    y += chart_height + gap;
  } else {
    layout.loss = {area.x, y, area.width, chart_height};
    y += chart_height + gap;
    layout.accuracy = {area.x, y, area.width, chart_height};
    y += chart_height + gap;
  }
  layout.samples = {area.x, y, area.width, heights.samples(area.width, no_limit)};
  y = layout.samples.bottom() + gap;
  layout.filters = {area.x, y, area.width, heights.filters(area.width, no_limit)};
  return layout.filters.bottom();
}

}  // namespace

Layout arrange(float width, float height, bool with_controls, const PanelHeights& heights) {
  Layout layout;
  Rect area{padding, padding, std::max(width - 2 * padding, 1.0F),
            std::max(height - 2 * padding, 1.0F)};
  const float needed = with_controls ? wide + controls_width : wide;
  const bool controls_beside = with_controls && width >= medium + controls_width;
  float controls_bottom = 0;
  if (with_controls) {
    const float own = controls_beside ? controls_width : area.width;
    layout.controls = {area.x, area.y, own, heights.controls(own)};
    controls_bottom = layout.controls.bottom();
    if (controls_beside) {
      area.x += controls_width + gap;
      area.width -= controls_width + gap;
    } else {
      area.y = controls_bottom + gap;
    }
  }
  float bottom = 0;
  if (width < needed) {
    bottom = place_stack(layout, area, heights);
  } else {
    bottom = place_columns(layout, area, heights);
    if (bottom > area.bottom()) {
      Layout other = layout;
      const float other_bottom = place_more_columns(other, area, heights);
      if (other_bottom < bottom) {
        layout = other;
        bottom = other_bottom;
      }
    }
  }
  layout.height = std::max(bottom, controls_bottom) + padding;
  return layout;
}

}  // namespace convlab
