#pragma once

#include <memory>
#include <optional>

#include "app/panels/panel.h"
#include "app/requests.h"
#include "engine/controls.h"

namespace convlab {

/// The controls of the desktop window: settings, buttons, progress and metrics; in the page these
/// are HTML. Once training has started, what would discard the network must be confirmed.
class ControlsPanel final : public Panel {
 public:
  /// The requests must outlive it.
  ControlsPanel(Controls tables, Requests& requests);

  std::string_view title() const override { return "Controls"; }
  Column column() const override { return Column::side; }
  std::optional<Tab> tab() const override { return std::nullopt; }
  void show(const std::shared_ptr<const Snapshot>& snapshot) override;
  /// Returns the height as of the last draw.
  float height(float, float) const override { return height_; }
  void draw(const Rect& rect, const Theme& theme) override;

 private:
  void send(Request request);
  void draw_settings();
  void draw_model();
  std::vector<ModelItem> fitting_models() const;
  void choose_fitting_model();
  void draw_learning_rate();
  void draw_optimizer();
  void draw_batch();
  void draw_epochs();
  void draw_staged(const Theme& theme);
  void draw_ask(const Theme& theme);
  void draw_buttons(const Theme& theme);
  void draw_button(const ButtonItem& button, float width, const Theme& theme);
  void draw_progress();
  void draw_numbers();
  void draw_messages(const Theme& theme);
  void press(const std::string& request);
  void changed();
  bool differs() const;
  bool only_epochs_differ() const;
  bool is_possible(const std::string& request) const;

  Controls tables_;
  Requests& requests_;
  std::shared_ptr<const Snapshot> snapshot_;
  RunOptions shown_;    ///< options of the engine, with the current learning rate
  RunOptions chosen_;   ///< options chosen in the fields
  bool ready_ = false;  ///< the engine has answered
  bool asks_ = false;   ///< whether Reset may discard the network
  float height_ = 640;
};

}  // namespace convlab
