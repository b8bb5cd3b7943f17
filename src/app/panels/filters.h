#pragma once

#include "app/theme.h"
#include "app/widgets/image_sheet.h"
#include "engine/protocol.h"

namespace convlab {

/// The first layer's weights as images, blue below zero and orange above, while they form.
class FiltersPanel {
 public:
  explicit FiltersPanel(Graphics& graphics) : sheet_(graphics) {}

  void show(const Snapshot& snapshot);
  /// With the largest images that fit into `room`, or the smallest.
  float height(float width, float room, float scale) const;
  void draw(const Rect& rect, float scale, const Theme& theme) const;

 private:
  Grid grid(float width, float room, float scale) const;
  float height(const Grid& cells) const;
  void draw_scale(const Rect& rect, const Theme& theme) const;

  Filters filters_;
  float scale_ = 1;  ///< of the colours
  ImageSheet sheet_;
};

}  // namespace convlab
