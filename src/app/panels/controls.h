#pragma once

#include <functional>
#include <memory>

#include "app/layout.h"
#include "app/theme.h"
#include "engine/controls.h"
#include "engine/protocol.h"

namespace convlab {

/// What one operates in the desktop window: settings, buttons, progress and numbers; in the page
/// these are HTML. Settings that begin training anew wait for a confirmation once something has
/// been learned.
class ControlsPanel {
 public:
  ControlsPanel(Controls tables, std::function<void(Command)> send);

  void show(const std::shared_ptr<const Snapshot>& snapshot);
  /// As of the last draw.
  float height() const { return height_; }
  void draw(const Rect& rect, const Theme& theme);

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
  bool is_possible(const std::string& command) const;

  Controls tables_;
  std::function<void(Command)> send_;
  std::shared_ptr<const Snapshot> snapshot_;
  RunOptions shown_;   ///< the engine's, with the learning rate of now
  RunOptions chosen_;  ///< what the fields say
  float height_ = 640;
};

}  // namespace convlab
