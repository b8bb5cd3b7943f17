#pragma once

#include "app/theme.h"
#include "app/widgets/image_sheet.h"
#include "engine/protocol.h"

namespace convlab {

/// Shows the first layer's weights as images during training: negative blue, positive orange.
class FiltersPanel {
 public:
  explicit FiltersPanel(Graphics& graphics) : sheet_(graphics) {}

  void show(const Snapshot& snapshot);
  /// Returns the height with the largest images that fit into `room`, or with the smallest size.
  float height(float width, float room, float scale) const;
  void draw(const Rect& rect, float scale, const Theme& theme) const;

 private:
  Grid grid(float width, float room, float scale) const;
  float height(const Grid& cells) const;
  void draw_scale(const Rect& rect, const Theme& theme) const;

  Filters filters_;
  float scale_ = 1;  ///< weight that has the strongest colour
  ImageSheet sheet_;
};

}  // namespace convlab
