#pragma once

#include <imgui.h>

#include "app/graphics.h"
#include "app/layout.h"
#include "app/widgets/color_map.h"

namespace convlab {

/// A texture of equal images; replaced when it is told that they changed, released with the
/// object.
class ImageSheet {
 public:
  explicit ImageSheet(Graphics& graphics) : graphics_(graphics) {}
  ImageSheet(const ImageSheet&) = delete;
  ImageSheet& operator=(const ImageSheet&) = delete;
  ~ImageSheet();

  void upload(const Atlas& atlas, int64_t image_width, int64_t image_height);
  /// Image `index` on the current window's draw list; nothing if the sheet does not hold it.
  void draw(int64_t index, const Rect& rect) const;

 private:
  Graphics& graphics_;
  TextureId texture_ = 0;
  int columns_ = 0;
  int rows_ = 0;
  ImVec2 image_;  ///< in texture coordinates
};

/// How many images fit beside each other, and how large each cell is.
struct Grid {
  int columns = 1;
  float cell_width = 0;
  float image = 0;  ///< side of the square for the image
};

/// Cells at least `min_width` wide that share `width`, with `gap` between them. Images of up to
/// `pixels` pixels become whole multiples of them on a screen of `scale` pixels a unit, where that
/// does not shrink them much.
Grid arrange_grid(float width, float min_width, float gap, int64_t pixels, float scale);

}  // namespace convlab
