#pragma once

#include <string>
#include <vector>

#include "app/panels/panel.h"
#include "app/widgets/image_sheet.h"

namespace convlab {

/// Shows images of the test set with the network's predictions, marked as right or wrong by a
/// symbol and a colour.
class SamplesPanel final : public Panel {
 public:
  explicit SamplesPanel(Graphics& graphics) : sheet_(graphics) {}

  std::string_view title() const override { return "Test images"; }
  Column column() const override { return Column::right; }
  void show(const std::shared_ptr<const Snapshot>& snapshot) override;
  /// Returns the height with the largest images that fit into `room`, or with the smallest size.
  float height(float width, float room) const override;
  void draw(const Rect& rect, const Theme& theme) override;

 private:
  std::string class_name(int32_t index) const;
  Grid grid(float width, float room) const;
  float height(const Grid& cells) const;
  void draw_sample(size_t index, const Rect& cell, float side, const Theme& theme) const;

  Part<Samples> samples_;
  Part<Predictions> predictions_;
  std::vector<std::string> class_names_;
  bool has_images_ = true;
  bool predicted_ = false;
  ImageSheet sheet_;
};

}  // namespace convlab
