#pragma once

#include <memory>
#include <string>

#include "app/described_network.h"
#include "app/panels/panel.h"
#include "app/widgets/image_sheet.h"

namespace convlab {

/// Shows what a layer, once chosen, computes for the first test image: one image per channel.
/// Renewed with the predictions.
class LayerOutputPanel final : public Panel {
 public:
  /// Requests and network must outlive it.
  LayerOutputPanel(Graphics& graphics, Requests& requests, DescribedNetwork& network);

  std::string_view title() const override { return "Layer output"; }
  Column column() const override { return Column::right; }
  void show(const std::shared_ptr<const Snapshot>& snapshot) override { snapshot_ = snapshot; }
  /// Returns the height with the largest images that fit into `room`, or with the smallest size.
  float height(float width, float room) const override;
  void draw(const Rect& rect, const Theme& theme) override;

 private:
  void request();
  void take(const Reply& reply);
  void clear();
  void draw_layers();
  void draw_images(const Rect& rect, const Theme& theme) const;
  Grid grid(float width, float room) const;
  float height(const Grid& cells) const;

  Requests& requests_;
  DescribedNetwork& network_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::string layer_;         ///< empty: none chosen
  bool waits_ = false;        ///< for the reply to a request
  bool outdated_ = false;     ///< another layer was chosen
  uint64_t predictions_ = 0;  ///< version at the last request
  Filters images_;            ///< one per channel, the first ones
  std::string remark_;
  std::string error_;
  ImageSheet sheet_;
};

}  // namespace convlab
