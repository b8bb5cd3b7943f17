#include "app/layout.h"

#include <algorithm>

namespace convlab {
namespace {

constexpr float wide = 900;    // from here on columns
constexpr float medium = 560;  // from here on the two charts stand side by side
constexpr float padding = 18;  // around the content
constexpr float gap = 28;      // between panels
constexpr float controls_width = 280;
constexpr float chart_height = 220;  // in a stack; in columns the least

/// Curves on the left, pictures on the right, both as high as the window if their content allows.
float place_columns(Layout& layout, const Rect& area, const PanelHeights& heights) {
  const float charts = (area.width - gap) * 0.54F;
  const float pictures = area.width - gap - charts;
  const float x = area.x + charts + gap;
  const float samples = heights.samples(pictures);
  const float filters = heights.filters(pictures);
  const float height =
      std::max({area.height, 2 * chart_height * 0.8F + gap, samples + gap + filters});
  const float chart = (height - gap) / 2;
  layout.loss = {area.x, area.y, charts, chart};
  layout.accuracy = {area.x, area.y + chart + gap, charts, chart};
  layout.samples = {x, area.y, pictures, samples};
  layout.filters = {x, area.y + samples + gap, pictures, height - samples - gap};
  return area.y + height;
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
  layout.samples = {area.x, y, area.width, heights.samples(area.width)};
  y = layout.samples.bottom() + gap;
  layout.filters = {area.x, y, area.width, heights.filters(area.width)};
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
  const float bottom =
      width >= needed ? place_columns(layout, area, heights) : place_stack(layout, area, heights);
  layout.height = std::max(bottom, controls_bottom) + padding;
  return layout;
}

}  // namespace convlab
