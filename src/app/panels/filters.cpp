#include "app/panels/filters.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <string>

#include "app/fonts.h"
#include "app/widgets/text.h"
#include "app/widgets/ticks.h"

namespace convlab {
namespace {

constexpr float gap = 6;
constexpr float legend_height = 24;

}  // namespace

void FiltersPanel::show(const std::shared_ptr<const Snapshot>& snapshot) {
  has_images_ = snapshot->features.empty();
  if (snapshot->filters.version() == filters_.version()) return;
  filters_ = snapshot->filters;
  scale_ = filter_scale(*filters_);
  sheet_.upload(filter_atlas(*filters_, scale_), filters_->width, filters_->height);
}

Grid FiltersPanel::grid(float width, float room) const {
  return fit_squares(width, gap, 28, 52, [&](const Grid& cells) { return height(cells) <= room; });
}

float FiltersPanel::height(const Grid& cells) const {
  const int64_t rows = (filters_->count - 1) / cells.columns + 1;
  return heading_height + static_cast<float>(rows) * (cells.image + gap) - gap + legend_height;
}

float FiltersPanel::height(float width, float room) const {
  if (filters_->count == 0) return heading_height + 80;
  return height(grid(width, room));
}

void FiltersPanel::draw_scale(const Rect& rect, const Theme& theme) const {
  if (filters_->channels == 3) {
    draw_text(small_text_size, {rect.x, rect.y}, theme.quiet,
              "Grey is zero; colours show the weights per input channel");
    return;
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const std::string max = value_label(static_cast<double>(scale_));
  const std::string min = "−" + max;
  draw_text(small_text_size, {rect.x, rect.y}, theme.quiet, min);
  const float x = rect.x + measure_text(small_text_size, min).x + 8;
  const float middle = x + 50;
  const float top = rect.y + 4;
  const float bottom = top + 8;
  const ImU32 low = diverging_color(-1);
  const ImU32 zero = diverging_color(0);
  const ImU32 high = diverging_color(1);
  list.AddRectFilledMultiColor({x, top}, {middle, bottom}, low, zero, zero, low);
  list.AddRectFilledMultiColor({middle, top}, {middle + 50, bottom}, zero, high, high, zero);
  draw_text(small_text_size, {middle + 58, rect.y}, theme.quiet, max);
}

void FiltersPanel::draw(const Rect& rect, const Theme& theme) {
  std::string remark;
  if (filters_->count > 0) {
    remark = fmt::format("{} of {} × {}", filters_->count, filters_->height, filters_->width);
  }
  draw_heading(rect, theme.text, title(), theme.quiet, remark);
  if (filters_->count == 0) {
    draw_empty(rect, theme.quiet, theme.background,
               has_images_ ? "Filters appear when the network is built"
                           : "The network reads features, not images");
    return;
  }
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Grid cells = grid(rect.width, rect.height);
  float bottom = rect.y + heading_height;
  for (int64_t i = 0; i < filters_->count; ++i) {
    const int64_t row = i / cells.columns;
    const int64_t column = i % cells.columns;
    const float x = rect.x + static_cast<float>(column) * (cells.image + gap);
    const float y = rect.y + heading_height + static_cast<float>(row) * (cells.image + gap);
    const Rect image{std::floor(x), std::floor(y), cells.image, cells.image};
    sheet_.draw(i, image);
    list.AddRect({image.x, image.y}, {image.right(), image.bottom()}, theme.line);
    bottom = image.bottom();
  }
  draw_scale({rect.x, bottom + 8, rect.width, legend_height}, theme);
}

}  // namespace convlab
