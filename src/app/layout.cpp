#include "app/layout.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>

namespace convlab {
namespace {

constexpr float wide = 900;    // minimum width for columns
constexpr float medium = 560;  // minimum width beside a panel at the side
constexpr float padding = 18;  // around the content
constexpr float gap = 28;      // between panels
constexpr float side_width = 280;

using Panels = std::span<const Placeable* const>;
using Indices = std::vector<size_t>;

/// Fractions of the width for two and three columns.
constexpr std::array<float, 2> two_columns{0.54F, 0.46F};
constexpr std::array<float, 3> three_columns{0.40F, 0.38F, 0.22F};

Indices panels_in(Column column, Panels panels) {
  Indices indices;
  for (size_t i = 0; i < panels.size(); ++i) {
    if (panels[i]->column() == column) indices.push_back(i);
  }
  return indices;
}

/// Divides `total` among panels: equally, except that none gets less than its `least` or more than
/// it `wants`. The sum exceeds `total` only if that of `least` does.
std::vector<float> divide(const std::vector<float>& least, const std::vector<float>& wanted,
                          float total) {
  std::vector<float> rooms(wanted.size());
  const auto give = [&](float share) {
    for (size_t i = 0; i < rooms.size(); ++i)
      rooms[i] = std::max(least[i], std::min(share, wanted[i]));
    return std::accumulate(rooms.begin(), rooms.end(), 0.0F);
  };
  float low = 0;
  float high = std::max(total, 0.0F);
  for (int i = 0; i < 24 && high - low > 0.01F; ++i) {
    const float share = (low + high) / 2;
    (give(share) <= total ? low : high) = share;
  }
  give(low);
  return rooms;
}

/// Places panels below each other with given heights available; returns the bottom.
float place(Layout& layout, Panels panels, const Indices& indices, const std::vector<float>& rooms,
            Rect area) {
  float bottom = area.y;
  for (size_t i = 0; i < indices.size(); ++i) {
    const float height = panels[indices[i]]->height(area.width, rooms[i]);
    layout.panels[indices[i]] = {area.x, area.y, area.width, height};
    bottom = area.y + height;
    area.y = bottom + gap;
  }
  return bottom;
}

/// Places panels below each other, with scrolling; returns the bottom.
float place_stack(Layout& layout, Panels panels, const Indices& indices, const Rect& area) {
  return place(layout, panels, indices, std::vector<float>(indices.size(), unlimited), area);
}

/// Places panels below each other so that they fit into the area if they can; returns the bottom.
float place_column(Layout& layout, Panels panels, const Indices& indices, const Rect& area) {
  if (indices.empty()) return area.y;
  const float total = area.height - gap * static_cast<float>(indices.size() - 1);
  std::vector<float> least;
  std::vector<float> wanted;
  for (const size_t i : indices) {
    least.push_back(panels[i]->height(area.width, 0));
    wanted.push_back(panels[i]->height(area.width, std::max(total, 0.0F)));
  }
  return place(layout, panels, indices, divide(least, wanted, total), area);
}

/// Places columns side by side; returns the lowest bottom.
float place_columns(Layout& layout, Panels panels, std::span<const Indices> columns,
                    std::span<const float> fractions, const Rect& area) {
  const float width = area.width - gap * static_cast<float>(columns.size() - 1);
  float bottom = area.y;
  Rect column = area;
  for (size_t i = 0; i < columns.size(); ++i) {
    column.width = width * fractions[i];
    bottom = std::max(bottom, place_column(layout, panels, columns[i], column));
    column.x += column.width + gap;
  }
  return bottom;
}

float place_wide(Layout& layout, Panels panels, const Rect& area) {
  std::array<Indices, 3> columns{panels_in(Column::left, panels), panels_in(Column::right, panels),
                                 Indices()};
  if (columns[1].empty()) return place_column(layout, panels, columns[0], area);
  const float bottom =
      place_columns(layout, panels, std::span(columns).first(2), two_columns, area);
  if (bottom <= area.bottom() || columns[1].size() < 2) return bottom;
  Layout other = layout;
  std::copy(columns[1].begin() + 1, columns[1].end(), std::back_inserter(columns[2]));
  columns[1].erase(columns[1].begin() + 1, columns[1].end());
  const float other_bottom = place_columns(other, panels, columns, three_columns, area);
  if (other_bottom >= bottom) return bottom;
  layout = other;
  return other_bottom;
}

}  // namespace

Layout arrange(float width, float height, Panels panels) {
  Layout layout;
  layout.panels.resize(panels.size());
  Rect area{padding, padding, std::max(width - 2 * padding, 1.0F),
            std::max(height - 2 * padding, 1.0F)};
  const Indices side = panels_in(Column::side, panels);
  float side_bottom = 0;
  float needed = wide;
  if (!side.empty()) {
    needed += side_width;
    const bool beside = width >= medium + side_width;
    side_bottom = place_stack(layout, panels, side,
                              {area.x, area.y, beside ? side_width : area.width, area.height});
    if (beside) {
      area.x += side_width + gap;
      area.width -= side_width + gap;
    } else {
      area.y = side_bottom + gap;
    }
  }
  float bottom = 0;
  if (width >= needed) {
    bottom = place_wide(layout, panels, area);
  } else {
    Indices all;
    for (size_t i = 0; i < panels.size(); ++i) {
      if (panels[i]->column() != Column::side) all.push_back(i);
    }
    bottom = place_stack(layout, panels, all, area);
  }
  layout.height = std::max(bottom, side_bottom) + padding;
  return layout;
}

}  // namespace convlab
