#pragma once

#include <string>
#include <vector>

#include "app/theme.h"
#include "app/widgets/image_sheet.h"
#include "engine/protocol.h"

namespace convlab {

/// Shows images of the test set with the network's predictions, marked as right or wrong by a
/// symbol and a colour.
class SamplesPanel {
 public:
  explicit SamplesPanel(Graphics& graphics) : sheet_(graphics) {}

  void show(const Snapshot& snapshot);
  /// Returns the height with the largest images that fit into `room`, or with the smallest size.
  float height(float width, float room, float scale) const;
  void draw(const Rect& rect, float scale, const Theme& theme) const;

 private:
  std::string class_name(int32_t index) const;
  Grid grid(float width, float room, float scale) const;
  float height(const Grid& cells) const;
  void draw_sample(size_t index, const Rect& cell, float side, const Theme& theme) const;

  Samples samples_;
  std::vector<std::string> class_names_;
  bool predicted_ = false;
  ImageSheet sheet_;
};

}  // namespace convlab
