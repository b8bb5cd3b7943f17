#pragma once

#include <functional>
#include <memory>

#include "app/panels/panel.h"
#include "app/view.h"

namespace convlab {

/// The controls of the desktop window: settings, buttons, progress and metrics; in the page these
/// are HTML. Once training has started, settings that would restart it must be confirmed.
class ControlsPanel final : public Panel {
 public:
  explicit ControlsPanel(Operation operation);

  std::string_view title() const override { return "Controls"; }
  Column column() const override { return Column::side; }
  void show(const std::shared_ptr<const Snapshot>& snapshot) override;
  /// Returns the height as of the last draw.
  float height(float, float) const override { return height_; }
  void draw(const Rect& rect, const Theme& theme) override;

 private:
  void draw_settings();
  std::vector<ModelItem> fitting_models() const;
  void choose_fitting_model();
  void draw_learning_rate();
  void draw_optimizer();
  void draw_batch();
  void draw_epochs();
  void draw_staged(const Theme& theme);
  void draw_buttons(const Theme& theme);
  void draw_button(const ButtonItem& button, float width, const Theme& theme);
  void draw_progress();
  void draw_numbers();
  void draw_error(const Theme& theme);
  void changed();
  bool differs() const;
  bool is_possible(const std::string& request) const;

  Controls tables_;
  std::function<void(Request)> send_;
  std::shared_ptr<const Snapshot> snapshot_;
  RunOptions shown_;   ///< options of the engine, with the current learning rate
  RunOptions chosen_;  ///< options chosen in the fields
  float height_ = 640;
};

}  // namespace convlab
