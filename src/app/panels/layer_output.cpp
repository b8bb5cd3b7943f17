#include "app/panels/layer_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "app/fonts.h"
#include "app/widgets/fields.h"
#include "core/format.h"

namespace convlab {
namespace {

constexpr float gap = 4;
constexpr float combo_height = 36;
constexpr float combo_width = 280;
constexpr float max_side = 52;
constexpr float min_side = 20;
constexpr int64_t max_images = 64;

struct LayerItem {
  std::string name;
  std::string title;
};

/// The channels of an output as images, at most max_images of them.
Filters channel_images(const LayerOutput& output) {
  const bool has_size = output.shape.rank() == 3;
  Filters images{.height = has_size ? output.shape[0] : 1,
                 .width = has_size ? output.shape[1] : 1,
                 .channels = 1};
  const int64_t pixels = images.height * images.width;
  const int64_t channels = output.shape.elements() / pixels;
  images.count = std::min(channels, max_images);
  images.weights.reserve(static_cast<size_t>(images.count * pixels));
  for (int64_t c = 0; c < images.count; ++c) {
    for (int64_t p = 0; p < pixels; ++p)
      images.weights.push_back(output.values[static_cast<size_t>(p * channels + c)]);
  }
  return images;
}

std::string remark(const Filters& images, const Shape& shape) {
  const std::string count = with_commas(static_cast<double>(shape[shape.rank() - 1]));
  if (shape.rank() != 3) return fmt::format("{} of {} units", images.count, count);
  return fmt::format("{} of {} channels, {} × {}", images.count, count, shape[0], shape[1]);
}

/// The image that the layers are shown for: the first one in Samples.
GivenImage first_image(const Samples& samples) {
  const auto bytes = samples.height * samples.width * samples.channels;
  return {.source = "the first test image",
          .file = {},
          .height = samples.height,
          .width = samples.width,
          .channels = samples.channels,
          .pixels = {samples.pixels.begin(), samples.pixels.begin() + bytes}};
}

}  // namespace

LayerOutputPanel::LayerOutputPanel(Graphics& graphics, Requests& requests,
                                   DescribedNetwork& network)
    : requests_(requests),
      network_(network),
      snapshot_(std::make_shared<const Snapshot>()),
      sheet_(graphics) {}

/// Requests the output of the chosen layer if what is shown is of another layer or of older
/// weights.
void LayerOutputPanel::request() {
  const uint64_t predictions = snapshot_->predictions.version();
  if (layer_.empty() || waits_ || snapshot_->samples->labels.empty()) return;
  if (!outdated_ && predictions == predictions_) return;
  outdated_ = false;
  predictions_ = predictions;
  waits_ = true;
  requests_.send(Activations{.image = first_image(*snapshot_->samples), .layer = layer_},
                 [this](const Reply& reply) { take(reply); });
}

void LayerOutputPanel::take(const Reply& reply) {
  waits_ = false;
  error_ = reply.error;
  if (!reply.error.empty()) return;
  const auto& output = std::get<LayerOutput>(reply.result);
  if (output.layer != layer_) return;  // another one was chosen meanwhile
  images_ = channel_images(output);
  remark_ = remark(images_, output.shape);
  sheet_.upload(filter_atlas(images_, filter_scale(images_)), images_.width, images_.height);
}

void LayerOutputPanel::clear() {
  images_ = {};
  remark_.clear();
}

void LayerOutputPanel::draw_layers() {
  network_.update(*snapshot_);
  std::vector<LayerItem> items;
  if (network_.model()) {
    for (const LayerDescription& layer : network_.model()->layers)
      items.push_back({layer.name, fmt::format("{} ({})", layer.name, layer.kind)});
  }
  const bool known = std::any_of(items.begin(), items.end(),
                                 [&](const LayerItem& item) { return item.name == layer_; });
  if (!known) {
    layer_.clear();
    clear();
  }
  if (choose("##layer", items, layer_, "Choose a layer")) {
    outdated_ = true;
    clear();
  }
}

Grid LayerOutputPanel::grid(float width, float room) const {
  return fit_squares(width, gap, min_side, max_side,
                     [&](const Grid& cells) { return height(cells) <= room; });
}

float LayerOutputPanel::height(const Grid& cells) const {
  const int64_t rows = (images_.count - 1) / cells.columns + 1;
  return heading_height + combo_height + static_cast<float>(rows) * (cells.image + gap);
}

float LayerOutputPanel::height(float width, float room) const {
  if (images_.count == 0) return heading_height + combo_height;
  return height(grid(width, room));
}

void LayerOutputPanel::draw_images(const Rect& rect, const Theme& theme) const {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Grid cells = grid(rect.width, rect.height);
  for (int64_t i = 0; i < images_.count; ++i) {
    const int64_t row = i / cells.columns;
    const int64_t column = i % cells.columns;
    const float x = rect.x + static_cast<float>(column) * (cells.image + gap);
    const float y =
        rect.y + heading_height + combo_height + static_cast<float>(row) * (cells.image + gap);
    const Rect image{std::floor(x), std::floor(y), cells.image, cells.image};
    sheet_.draw(i, image);
    list.AddRect({image.x, image.y}, {image.right(), image.bottom()}, theme.line);
  }
}

void LayerOutputPanel::draw(const Rect& rect, const Theme& theme) {
  draw_heading(rect, theme.text, title(), theme.quiet, remark_);
  ImGui::SetCursorScreenPos({rect.x, rect.y + heading_height});
  ImGui::SetNextItemWidth(std::min(rect.width, combo_width));
  ImGui::BeginDisabled(snapshot_->parameters == 0 || snapshot_->samples->labels.empty());
  draw_layers();
  ImGui::EndDisabled();
  request();
  const std::string& error = network_.error().empty() ? error_ : network_.error();
  if (!error.empty()) {
    draw_text(small_text_size, {rect.x + combo_width + 12, rect.y + heading_height + 6}, theme.bad,
              shortened(small_text_size, error, rect.width - combo_width - 12));
  }
  draw_images(rect, theme);
}

}  // namespace convlab
