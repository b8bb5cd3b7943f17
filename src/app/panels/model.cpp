#include "app/panels/model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "app/fonts.h"
#include "app/widgets/fields.h"
#include "core/format.h"
#include "engine/layer_text.h"

namespace convlab {
namespace {

constexpr size_t max_bars = 5;
constexpr float image_side = 112;
constexpr float bar_width = 320;

std::string ending_of(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

bool is_model(const std::string& path) {
  const std::string ending = ending_of(path);
  return ending == ".safetensors" || ending == ".checkpoint" || ending == ".json";
}

/// Size of a layer's output for a batch, whose numbers take four bytes each.
uint64_t output_bytes(const LayerDescription& layer, int64_t batch) {
  return static_cast<uint64_t>(layer.output.elements() * batch * 4);
}

std::string shape_text(const Shape& shape) { return fmt::format("{}", fmt::join(shape, " × ")); }

std::string class_name(const Prediction& prediction, size_t index) {
  return index < prediction.class_names.size() ? prediction.class_names[index]
                                               : std::to_string(index);
}

std::string score_of(const Prediction& prediction, size_t index) {
  return score_text(prediction.scores[index], prediction.are_probabilities);
}

/// The length of a class's bar as a fraction: its probability, or where its score lies between the
/// smallest and the largest.
float bar_length(const Prediction& prediction, size_t index) {
  const float score = prediction.scores[index];
  if (prediction.are_probabilities) return score;
  const auto [min, max] = std::minmax_element(prediction.scores.begin(), prediction.scores.end());
  return *max > *min ? (score - *min) / (*max - *min) : 1;
}

/// The classes in order of decreasing score.
std::vector<size_t> ranked(const std::vector<float>& scores) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  return order;
}

void draw_bar(const Theme& theme, const std::string& name, const std::string& value, float length,
              float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = text_size + 4;
  const float part = std::isfinite(length) ? std::clamp(length, 0.0F, 1.0F) : 0;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(at, {at.x + width, at.y + height}, theme.soft, 4);
  list.AddRectFilled(at, {at.x + width * part, at.y + height}, faded(theme.accent, 0.3F), 4);
  const float value_width = measure_text(small_text_size, value).x;
  draw_text(small_text_size, {at.x + 8, at.y + 3}, theme.text,
            shortened(small_text_size, name, width - value_width - 24));
  draw_text(small_text_size, {at.x + width - value_width - 8, at.y + 3}, theme.text, value);
  ImGui::Dummy({width, height});
}

void cell(const std::string& text) {
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
}

}  // namespace

ModelPanel::ModelPanel(Graphics& graphics, Requests& requests, DescribedNetwork& network,
                       FileAccess files)
    : requests_(requests),
      network_(network),
      files_(std::move(files)),
      snapshot_(std::make_shared<const Snapshot>()),
      image_(graphics) {}

void ModelPanel::show(const std::shared_ptr<const Snapshot>& snapshot) {
  // Another network, or the same from the beginning.
  if (snapshot->step < saved_step_) saved_step_ = 0;
  if (snapshot->step == 0) asked_.clear();
  snapshot_ = snapshot;
}

void ModelPanel::say(const std::string& text, bool is_error) {
  said_ = text;
  is_error_ = is_error;
}

template <class Action>
void ModelPanel::attempt(const Action& action) {
  try {
    action();
  } catch (const std::exception& error) {
    say(error.what(), true);
  }
}

void ModelPanel::save() {
  requests_.send(SaveModel{}, [this, path = std::string(path_.data()),
                               step = snapshot_->step](const Reply& reply) {
    if (!reply.error.empty()) return say(reply.error, true);
    attempt([&] {
      const auto& file = std::get<SavedFile>(reply.result);
      const std::string& target = path.empty() ? file.file_name : path;
      files_.write(target, file.bytes);
      saved_step_ = step;
      say(fmt::format("Saved as {} ({}).", target, bytes_text(file.bytes.size())));
    });
  });
}

void ModelPanel::ask(const std::string& path) {
  if (snapshot_->step == 0 || snapshot_->step == saved_step_) return open(path);
  asked_ = path;
}

void ModelPanel::draw_ask(const Theme& theme) {
  if (asked_.empty()) return;
  const auto answer = ask_to_discard(
      theme.validation,
      fmt::format("Opening {} discards the trained network, which was not saved.", asked_));
  if (!answer) return;
  const std::string path = std::exchange(asked_, {});
  if (*answer) open(path);
}

void ModelPanel::open(const std::string& path) {
  attempt([&] {
    LoadModel request{.source = path, .file = files_.read(path), .options = {}};
    request.options.data.clear();  // that of the file
    say(fmt::format("Opening {}…", path));
    requests_.send(std::move(request), [this, path](const Reply& reply) {
      if (!reply.error.empty()) return say(reply.error, true);
      prediction_.reset();
      network_.renew();
      say(fmt::format("Opened {}.", path));
    });
  });
}

void ModelPanel::predict(const std::string& path) {
  attempt([&] {
    Predict request{{.source = path, .file = files_.read(path), .pixels = {}}};
    say(fmt::format("Predicting {}…", path));
    requests_.send(std::move(request), [this, path](const Reply& reply) {
      if (!reply.error.empty()) return say(reply.error, true);
      say({});
      show_prediction(path, std::get<Prediction>(reply.result));
    });
  });
}

bool ModelPanel::take_file(const std::string& path) {
  const std::string ending = ending_of(path);
  if (is_model(path)) {
    ask(path);
  } else if (ending == ".png" || ending == ".jpg" || ending == ".jpeg") {
    predict(path);
  } else {
    say(fmt::format("{} cannot be opened; expected a model (.safetensors, .checkpoint), a "
                    "network's document (.json) or an image (.png, .jpg).",
                    path),
        true);
  }
  return true;
}

void ModelPanel::show_prediction(const std::string& path, Prediction prediction) {
  Samples samples{.height = prediction.height,
                  .width = prediction.width,
                  .channels = prediction.channels,
                  .pixels = prediction.pixels,
                  .labels = {0}};
  image_.upload(sample_atlas(samples), samples.width, samples.height);
  prediction_ = std::move(prediction);
  predicted_ = std::filesystem::path(path).filename().string();
}

void ModelPanel::draw_files(const Theme& theme) {
  field_label("File");
  ImGui::SetNextItemWidth(std::min(ImGui::GetContentRegionAvail().x, 560.0F));
  ImGui::InputTextWithHint("##path", "Path, or drop a model or an image onto the window",
                           path_.data(), path_.size());
  const std::string path = path_.data();
  ImGui::BeginDisabled(snapshot_->parameters == 0);
  if (ImGui::Button("Save model")) save();
  ImGui::EndDisabled();
  ImGui::SameLine();
  ImGui::BeginDisabled(path.empty());
  if (ImGui::Button("Open model")) ask(path);
  ImGui::SameLine();
  if (ImGui::Button("Predict image")) predict(path);
  ImGui::EndDisabled();
  draw_ask(theme);
  if (!said_.empty()) draw_wrapped(is_error_ ? theme.bad : theme.quiet, said_);
}

void ModelPanel::draw_prediction(const Theme& theme) {
  if (!prediction_) return;
  const Prediction& prediction = *prediction_;
  const std::vector<size_t> order = ranked(prediction.scores);
  if (order.empty()) return;
  ImGui::Dummy({0, 4});
  draw_wrapped(theme.text, fmt::format("{}: {}, {}", predicted_, class_name(prediction, order[0]),
                                       score_of(prediction, order[0])));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  image_.draw(0, {at.x, at.y, image_side, image_side});
  ImGui::GetWindowDrawList()->AddRect(at, {at.x + image_side, at.y + image_side}, theme.line);
  ImGui::Dummy({image_side, image_side});
  ImGui::SameLine(0, 16);
  ImGui::BeginGroup();
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(8, 4));
  const float width = std::min(ImGui::GetContentRegionAvail().x, bar_width);
  for (size_t i = 0; i < std::min(order.size(), max_bars); ++i)
    draw_bar(theme, class_name(prediction, order[i]), score_of(prediction, order[i]),
             bar_length(prediction, order[i]), width);
  ImGui::PopStyleVar();
  ImGui::EndGroup();
  ImGui::PushFont(nullptr, small_text_size);
  draw_wrapped(theme.quiet,
               fmt::format("The network saw {} × {} pixels.", prediction.width, prediction.height));
  ImGui::PopFont();
}

void ModelPanel::draw_layers(const Theme& theme) {
  ImGui::Dummy({0, 4});
  if (!network_.error().empty()) return draw_wrapped(theme.bad, network_.error());
  if (!network_.model()) {
    draw_wrapped(theme.quiet, "The layers are shown when there is a network.");
    return;
  }
  const ModelDescription& model = *network_.model();
  draw_wrapped(theme.quiet,
               fmt::format("{}: {} parameters, {} trainable; a batch of {} needs {} to train, "
                           "besides weights and gradients.",
                           model.model, with_commas(static_cast<double>(model.parameters)),
                           with_commas(static_cast<double>(model.trainable_parameters)),
                           model.batch, bytes_text(model.train_bytes)));
  ImGui::PushFont(nullptr, small_text_size);
  ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, ImVec2(8, 4));
  constexpr ImGuiTableFlags flags =
      ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_SizingStretchProp;
  if (ImGui::BeginTable("layers", 6, flags)) {
    for (const char* column : {"Layer", "Kind", "Output", "Parameters", "MFLOP", "Memory"})
      ImGui::TableSetupColumn(column);
    ImGui::TableHeadersRow();
    for (const LayerDescription& layer : model.layers) {
      cell(layer.name);
      cell(kind_text(layer));
      cell(shape_text(layer.output));
      cell(layer.parameters > 0 ? with_commas(static_cast<double>(layer.parameters)) : "");
      cell(layer.flops > 0 ? fmt::format("{:.2f}", static_cast<double>(layer.flops) / 1e6) : "");
      cell(layer.has_memory ? bytes_text(output_bytes(layer, model.batch)) : "in place");
    }
    ImGui::EndTable();
  }
  ImGui::PopStyleVar();
  ImGui::PopFont();
}

void ModelPanel::draw(const Rect& rect, const Theme& theme) {
  network_.update(*snapshot_);
  ImGui::SetCursorScreenPos({rect.x, rect.y});
  ImGui::BeginChild("model", {rect.width, rect.height}, ImGuiChildFlags_None,
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  const float top = ImGui::GetCursorPosY();
  draw_files(theme);
  draw_prediction(theme);
  draw_layers(theme);
  height_ = ImGui::GetCursorPosY() - top;
  ImGui::EndChild();
}

}  // namespace convlab
