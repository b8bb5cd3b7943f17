#include "app/widgets/picture.h"

#include <algorithm>
#include <cmath>

namespace convlab {

PictureSheet::~PictureSheet() {
  if (texture_ != 0) graphics_.release(texture_);
}

void PictureSheet::upload(const Atlas& atlas, int64_t picture_width, int64_t picture_height) {
  columns_ = 0;
  rows_ = 0;
  if (atlas.pixels.empty()) return;
  texture_ = graphics_.upload(texture_, atlas.width, atlas.height, atlas.pixels);
  columns_ = atlas.columns;
  rows_ = atlas.height / static_cast<int>(picture_height);
  picture_ = {static_cast<float>(picture_width) / static_cast<float>(atlas.width),
              static_cast<float>(picture_height) / static_cast<float>(atlas.height)};
}

void PictureSheet::draw(int64_t index, const Rect& rect) const {
  if (columns_ == 0 || index >= int64_t{columns_} * rows_) return;
  const int64_t row = index / columns_;
  const float u = static_cast<float>(index % columns_) * picture_.x;
  const float v = static_cast<float>(row) * picture_.y;
  ImGui::GetWindowDrawList()->AddImage(
      // ImGui's handle is a pointer in name only. NOLINTNEXTLINE(performance-no-int-to-ptr)
      reinterpret_cast<ImTextureID>(texture_), {rect.x, rect.y}, {rect.right(), rect.bottom()},
      {u, v}, {u + picture_.x, v + picture_.y});
}

Grid arrange_grid(float width, float min_width, float gap, int64_t pixels, float scale) {
  Grid grid;
  grid.columns = std::max(1, static_cast<int>((width + gap) / (min_width + gap)));
  grid.cell_width = (width + gap) / static_cast<float>(grid.columns) - gap;
  grid.picture = std::floor(grid.cell_width);
  const float unit = static_cast<float>(std::max<int64_t>(pixels, 1)) / scale;
  const float multiple = std::floor(grid.picture / unit) * unit;
  if (multiple >= grid.picture * 0.8F) grid.picture = multiple;
  return grid;
}

}  // namespace convlab
