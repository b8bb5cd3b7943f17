#pragma once

#include <imgui.h>

#include <functional>

#include "app/graphics.h"
#include "app/layout.h"
#include "app/widgets/color_map.h"

namespace convlab {

/// A texture that holds several images of equal size; `upload` replaces it, the destructor releases
/// it.
class ImageSheet {
 public:
  explicit ImageSheet(Graphics& graphics) : graphics_(graphics) {}
  ImageSheet(const ImageSheet&) = delete;
  ImageSheet& operator=(const ImageSheet&) = delete;
  ~ImageSheet();

  void upload(const Atlas& atlas, int64_t image_width, int64_t image_height);
  /// Draws image `index` on the current window's draw list; does nothing if there is no such image.
  void draw(int64_t index, const Rect& rect) const;

 private:
  Graphics& graphics_;
  TextureId texture_ = 0;
  int columns_ = 0;
  int rows_ = 0;
  ImVec2 image_;  ///< size of one image in texture coordinates
};

/// Returns the number of screen pixels per unit in the current frame.
float screen_scale();

/// A grid of images: the number of columns and the size of each cell.
struct Grid {
  int columns = 1;
  float cell_width = 0;
  float image = 0;  ///< side length of the square for the image
};

/// Divides `width` into cells at least `min_width` wide, with `gap` between them. Images with a
/// side of `pixels` pixels are enlarged by an integer factor on a screen with `scale` pixels per
/// unit, unless that makes them much smaller.
Grid arrange_grid(float width, float min_width, float gap, int64_t pixels, float scale);

/// Divides `width` into squares with `gap` between them, of the largest side from `min_side` to
/// `max_side` with which they fit; of the smallest if none does.
Grid fit_squares(float width, float gap, float min_side, float max_side,
                 const std::function<bool(const Grid&)>& fits);

}  // namespace convlab
