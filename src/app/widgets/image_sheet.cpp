#include "app/widgets/image_sheet.h"

#include <algorithm>
#include <cmath>

namespace convlab {

ImageSheet::~ImageSheet() {
  if (texture_ != 0) graphics_.release(texture_);
}

void ImageSheet::upload(const Atlas& atlas, int64_t image_width, int64_t image_height) {
  columns_ = 0;
  rows_ = 0;
  if (atlas.pixels.empty()) return;
  texture_ = graphics_.upload(texture_, atlas.width, atlas.height, atlas.pixels);
  columns_ = atlas.columns;
  rows_ = atlas.height / static_cast<int>(image_height);
  image_ = {static_cast<float>(image_width) / static_cast<float>(atlas.width),
            static_cast<float>(image_height) / static_cast<float>(atlas.height)};
}

void ImageSheet::draw(int64_t index, const Rect& rect) const {
  if (columns_ == 0 || index >= int64_t{columns_} * rows_) return;
  const int64_t row = index / columns_;
  const float u = static_cast<float>(index % columns_) * image_.x;
  const float v = static_cast<float>(row) * image_.y;
  ImGui::GetWindowDrawList()->AddImage(ImTextureRef(texture_), {rect.x, rect.y},
                                       {rect.right(), rect.bottom()}, {u, v},
                                       {u + image_.x, v + image_.y});
}

float screen_scale() { return ImGui::GetIO().DisplayFramebufferScale.x; }

Grid arrange_grid(float width, float min_width, float gap, int64_t pixels, float scale) {
  Grid grid;
  grid.columns = std::max(1, static_cast<int>((width + gap) / (min_width + gap)));
  grid.cell_width = (width + gap) / static_cast<float>(grid.columns) - gap;
  grid.image = std::floor(grid.cell_width);
  const float unit = static_cast<float>(std::max<int64_t>(pixels, 1)) / scale;
  const float multiple = std::floor(grid.image / unit) * unit;
  if (multiple >= grid.image * 0.8F) grid.image = multiple;
  return grid;
}

Grid fit_squares(float width, float gap, float min_side, float max_side,
                 const std::function<bool(const Grid&)>& fits) {
  const float scale = screen_scale();
  for (float side = max_side;; side -= 4) {
    Grid cells = arrange_grid(width, side, gap, 1, scale);
    cells.image = std::floor(std::min(cells.image, side + 4) * scale) / scale;
    if (fits(cells) || side <= min_side) return cells;
  }
}

}  // namespace convlab
