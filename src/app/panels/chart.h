#pragma once

#include <array>
#include <string>

#include "app/panels/chart_range.h"
#include "app/panels/panel.h"

namespace convlab {

/// What a chart shows: one metric over the epochs, for training and validation.
struct ChartOptions {
  std::string_view title;
  Curve Snapshot::* train = nullptr;
  Curve Snapshot::* validation = nullptr;
  bool percent = false;  ///< the values are fractions shown as percent, at most 1
};

/// Shows two curves with ImPlot: a legend with the last values, and those at the mouse pointer.
/// Dragging moves the curves. Ctrl and the wheel zooms, and the wheel alone once the chart was
/// clicked, until the pointer leaves it. A double click shows everything again.
class ChartPanel final : public Panel {
 public:
  struct Line {
    const char* name;
    const Curve& curve;
    ImU32 color;
    bool dots;  ///< mark each point, for lines with few points
  };

  explicit ChartPanel(const ChartOptions& options) : options_(options) {}

  std::string_view title() const override { return options_.title; }
  Column column() const override { return Column::left; }
  void show(const std::shared_ptr<const Snapshot>& snapshot) override;
  float height(float width, float room) const override;
  void draw(const Rect& rect, const Theme& theme) override;
  bool takes_wheel(bool ctrl) const override { return hovered_ && (ctrl || focused_); }

 private:
  const Curve& train() const { return *snapshot_.*options_.train; }
  const Curve& validation() const { return *snapshot_.*options_.validation; }
  bool is_empty() const { return train().x.empty() && validation().x.empty(); }
  std::array<Line, 2> lines_of(const Theme& theme) const;
  void draw_legend(const Rect& rect, const Theme& theme) const;
  void draw_plot(Rect rect, const Theme& theme);
  void draw_curves(const Theme& theme);
  void draw_readout(const Line& line, const Theme& theme, std::string& text) const;

  ChartOptions options_;
  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>();
  Range x_;
  Range y_;
  bool zoomed_ = false;  ///< x_ and y_ were chosen by the user
  bool hovered_ = false;
  bool focused_ = false;  ///< clicked since the pointer entered it
};

}  // namespace convlab
