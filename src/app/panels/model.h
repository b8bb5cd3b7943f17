#pragma once

#include <array>
#include <optional>
#include <string>

#include "app/described_network.h"
#include "app/panels/panel.h"
#include "app/requests.h"
#include "app/view.h"
#include "app/widgets/image_sheet.h"

namespace convlab {

/// Saves and opens models, predicts an image, and lists the network's layers.
class ModelPanel final : public Panel {
 public:
  /// Requests and network must outlive it.
  ModelPanel(Graphics& graphics, Requests& requests, DescribedNetwork& network, FileAccess files);

  std::string_view title() const override { return "Model"; }
  std::optional<Tab> tab() const override { return Tab::model; }
  Column column() const override { return Column::left; }
  void show(const std::shared_ptr<const Snapshot>& snapshot) override;
  /// Returns the height as of the last draw.
  float height(float, float) const override { return height_; }
  void draw(const Rect& rect, const Theme& theme) override;
  /// Opens a model file, a checkpoint or a network's document, or predicts an image. Asks before it
  /// discards a trained network that was not saved.
  bool take_file(const std::string& path) override;

 private:
  void save();
  void ask(const std::string& path);
  void open(const std::string& path);
  void predict(const std::string& path);
  void show_prediction(const std::string& path, Prediction prediction);
  void say(const std::string& text, bool is_error = false);
  template <class Action>
  void attempt(const Action& action);
  void draw_files(const Theme& theme);
  void draw_ask(const Theme& theme);
  void draw_prediction(const Theme& theme);
  void draw_layers(const Theme& theme);

  Requests& requests_;
  DescribedNetwork& network_;
  FileAccess files_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::array<char, 4096> path_{};
  std::string asked_;       ///< file to open, if it may discard the network; else empty
  int64_t saved_step_ = 0;  ///< training steps of the network when it was saved last
  std::string said_;
  bool is_error_ = false;
  std::optional<Prediction> prediction_;
  std::string predicted_;  ///< the image's file
  ImageSheet image_;
  float height_ = 480;
};

}  // namespace convlab
