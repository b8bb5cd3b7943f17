#pragma once

#include "app/panels/panel.h"
#include "app/widgets/image_sheet.h"

namespace convlab {

/// Shows the first layer's weights as images during training: negative blue, positive orange.
class FiltersPanel final : public Panel {
 public:
  explicit FiltersPanel(Graphics& graphics) : sheet_(graphics) {}

  std::string_view title() const override { return "First-layer filters"; }
  Column column() const override { return Column::right; }
  void show(const std::shared_ptr<const Snapshot>& snapshot) override;
  /// Returns the height with the largest images that fit into `room`, or with the smallest size.
  float height(float width, float room) const override;
  void draw(const Rect& rect, const Theme& theme) override;

 private:
  Grid grid(float width, float room) const;
  float height(const Grid& cells) const;
  void draw_scale(const Rect& rect, const Theme& theme) const;

  Part<Filters> filters_;
  bool has_images_ = true;
  float scale_ = 1;  ///< weight that has the strongest colour
  ImageSheet sheet_;
};

}  // namespace convlab
