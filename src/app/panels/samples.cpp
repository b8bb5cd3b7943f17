#include "app/panels/samples.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "app/fonts.h"
#include "app/widgets/text.h"
#include "core/format.h"

namespace convlab {
namespace {

constexpr float gap = 10;
constexpr float caption_height = 2 * (small_text_size + 3) + 3;
constexpr float sign_width = 15;

/// Draws a check mark or a cross, small_text_size high.
void draw_sign(ImVec2 at, bool right, ImU32 color) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto point = [&](float x, float y) { return ImVec2(at.x + x, at.y + y); };
  if (right) {
    const std::array<ImVec2, 3> mark{point(1, 7.5F), point(4, 10.5F), point(10, 3.5F)};
    list.AddPolyline(mark.data(), 3, color, 0, 2);
  } else {
    list.AddLine(point(2, 3.5F), point(9, 10.5F), color, 2);
    list.AddLine(point(9, 3.5F), point(2, 10.5F), color, 2);
  }
}

/// Short, because there is little room under an image.
std::string short_score(float score, bool is_probability) {
  if (!std::isfinite(score)) return std::string(no_value);
  return is_probability ? fmt::format("{:.0f}%", 100 * score) : fmt::format("{:.2f}", score);
}

}  // namespace

void SamplesPanel::show(const std::shared_ptr<const Snapshot>& snapshot) {
  const bool same = snapshot->samples.version() == samples_.version();
  samples_ = snapshot->samples;
  predictions_ = snapshot->predictions;
  class_names_ = snapshot->class_names;
  has_images_ = snapshot->features.empty();
  // Fewer for a moment, while images arrive.
  predicted_ = snapshot->step > 0 && predictions_->classes.size() >= samples_->labels.size();
  if (!same) sheet_.upload(sample_atlas(*samples_), samples_->width, samples_->height);
}

std::string SamplesPanel::class_name(int32_t index) const {
  if (index < 0) return "–";
  const auto i = static_cast<size_t>(index);
  return i < class_names_.size() ? class_names_[i] : std::to_string(index);
}

Grid SamplesPanel::grid(float width, float room) const {
  const float scale = screen_scale();
  size_t longest = 0;
  for (const std::string& name : class_names_) longest = std::max(longest, name.size());
  const bool short_names = longest <= 3;
  const float min = short_names ? 44 : 66;
  for (float side = short_names ? 64 : 88; side > min; side -= 4) {
    const Grid cells = arrange_grid(width, side, gap, samples_->width, scale);
    if (height(cells) <= room) return cells;
  }
  return arrange_grid(width, min, gap, samples_->width, scale);
}

float SamplesPanel::height(const Grid& cells) const {
  const size_t rows = (samples_->labels.size() - 1) / static_cast<size_t>(cells.columns) + 1;
  return heading_height + static_cast<float>(rows) * (cells.image + caption_height + gap) - gap;
}

float SamplesPanel::height(float width, float room) const {
  if (samples_->labels.empty()) return heading_height + 120;
  return height(grid(width, room));
}

void SamplesPanel::draw_sample(size_t index, const Rect& cell, float side,
                               const Theme& theme) const {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Rect image{cell.x, cell.y, side, side};
  sheet_.draw(static_cast<int64_t>(index), image);
  const int32_t label = samples_->labels[index];
  const float line1 = cell.y + side + 4;
  const float line2 = line1 + small_text_size + 3;
  if (!predicted_) {
    list.AddRect({image.x, image.y}, {image.right(), image.bottom()}, theme.line);
    draw_text(small_text_size, {cell.x, line1}, theme.quiet,
              shortened(small_text_size, class_name(label), cell.width));
    return;
  }
  const int32_t prediction = predictions_->classes[index];
  const bool right = prediction == label;
  const ImU32 color = right ? theme.good : theme.bad;
  list.AddRect({image.x - 1, image.y - 1}, {image.right() + 1, image.bottom() + 1}, color, 2, 0, 2);
  draw_sign({cell.x, line1}, right, color);
  const std::string score =
      short_score(predictions_->scores[index], predictions_->are_probabilities);
  const std::string name = class_name(prediction);
  const float room = cell.width - sign_width;
  const std::string shown = shortened(small_text_size, name, room);
  const float name_width = measure_text(small_text_size, shown).x + 6;
  // Uses the widest score, so that all samples have the same layout.
  const bool beside = name_width + measure_text(small_text_size, "100%").x <= room;
  const float x = cell.x + sign_width;
  draw_text(small_text_size, {x, line1}, color, shown);
  if (beside) draw_text(small_text_size, {x + name_width, line1}, theme.quiet, score);
  // The second line shows the label if the prediction is wrong, otherwise the score.
  const std::string second = !right ? "is " + class_name(label) : beside ? "" : score;
  draw_text(small_text_size, {x, line2}, theme.quiet, shortened(small_text_size, second, room));
  if (!ImGui::IsWindowHovered() ||
      !ImGui::IsMouseHoveringRect({cell.x, cell.y}, {cell.right(), cell.bottom()})) {
    return;
  }
  const std::string text = "Predicted: " + name + " (" + score + ")\nLabel: " + class_name(label);
  show_tooltip(text.c_str());
}

void SamplesPanel::draw(const Rect& rect, const Theme& theme) {
  const size_t count = samples_->labels.size();
  size_t right = 0;
  for (size_t i = 0; predicted_ && i < count; ++i)
    right += predictions_->classes[i] == samples_->labels[i] ? 1 : 0;
  const std::string remark =
      predicted_ && count > 0 ? fmt::format("{} of {} right", right, count) : "";
  draw_heading(rect, theme.text, title(), theme.quiet, remark);
  if (count == 0) {
    draw_empty(rect, theme.quiet, theme.background,
               has_images_ ? "Images appear when the data set is loaded"
                           : "The data set holds features, not images");
    return;
  }
  const Grid cells = grid(rect.width, rect.height);
  const auto columns = static_cast<size_t>(cells.columns);
  for (size_t i = 0; i < count; ++i) {
    const size_t row = i / columns;
    const size_t column = i % columns;
    const float x = rect.x + static_cast<float>(column) * (cells.cell_width + gap);
    const float y =
        rect.y + heading_height + static_cast<float>(row) * (cells.image + caption_height + gap);
    draw_sample(i, {std::floor(x), std::floor(y), cells.cell_width, cells.image + caption_height},
                cells.image, theme);
  }
}

}  // namespace convlab
