#include "app/panels/controls.h"

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "app/fonts.h"
#include "app/panels/more_options.h"
#include "app/panels/progress_texts.h"
#include "app/widgets/fields.h"

namespace convlab {
namespace {

constexpr int64_t max_epochs = 1000;

ImGuiKey shortcut_key(const std::string& shortcut) {
  if (shortcut == "Enter") return ImGuiKey_Enter;
  if (shortcut == "Space" || shortcut == " ") return ImGuiKey_Space;
  if (shortcut.size() != 1) return ImGuiKey_None;
  const int letter = (shortcut[0] | 0x20) - 'a';
  return letter >= 0 && letter < 26 ? static_cast<ImGuiKey>(ImGuiKey_A + letter) : ImGuiKey_None;
}

Request button_request(const std::string& name) {
  if (name == "pause") return Pause{};
  if (name == "step") return Step{};
  if (name == "reset") return Reset{};
  return Start{};
}

bool at_rest(RunState state) {
  return state == RunState::ready || state == RunState::paused || state == RunState::finished;
}

}  // namespace

ControlsPanel::ControlsPanel(Controls tables, Requests& requests)
    : tables_(std::move(tables)),
      requests_(requests),
      snapshot_(std::make_shared<const Snapshot>()) {}

void ControlsPanel::show(const std::shared_ptr<const Snapshot>& snapshot) {
  snapshot_ = snapshot;
  RunOptions now = snapshot->options;
  now.learning_rate = snapshot->learning_rate;
  if (now == shown_) return;  // keeps settings that the user is still choosing
  shown_ = now;
  chosen_ = now;
}

bool ControlsPanel::differs() const {
  RunOptions chosen = chosen_;
  chosen.learning_rate = shown_.learning_rate;
  return chosen != shown_;
}

bool ControlsPanel::only_epochs_differ() const {
  RunOptions chosen = chosen_;
  chosen.epochs = shown_.epochs;
  chosen.learning_rate = shown_.learning_rate;
  return chosen == shown_ && chosen_.epochs != shown_.epochs;
}

void ControlsPanel::send(Request request) {
  requests_.send(std::move(request), [this](const Reply& reply) {
    if (!reply.error.empty()) chosen_ = shown_;  // the engine still has its old settings
  });
}

void ControlsPanel::changed() {
  const bool fresh = snapshot_->step == 0 && !is_possible("pause");
  if (differs() && (fresh || snapshot_->state == RunState::failed)) {
    send(Configure{chosen_});
  } else if (only_epochs_differ()) {
    send(SetEpochs{chosen_.epochs});
  }
}

bool ControlsPanel::is_possible(const std::string& request) const {
  const RunState state = snapshot_->state;
  if (request == "start" || request == "step") return at_rest(state);
  if (request == "pause") return state == RunState::running || state == RunState::waiting_for_data;
  if (request == "reset") return state == RunState::failed || snapshot_->step > 0;
  return true;
}

void ControlsPanel::draw_learning_rate() {
  field_label("Learning rate");
  ImGui::InputDouble("##learning-rate", &chosen_.learning_rate, 0, 0, "%.6g");
  if (!ImGui::IsItemDeactivatedAfterEdit()) return;
  const double rate = chosen_.learning_rate;
  chosen_.learning_rate =
      std::isfinite(rate) ? std::clamp(rate, tables_.min_learning_rate, tables_.max_learning_rate)
                          : shown_.learning_rate;
  if (!differs()) send(SetLearningRate{chosen_.learning_rate});
}

void ControlsPanel::draw_settings() {
  field_label("Data set");
  ImGui::PushItemWidth(-1);
  if (choose("##data", tables_.data_sets, chosen_.data, chosen_.data)) {
    choose_fitting_model();
    changed();
  }
  field_label("Model");
  draw_model();
  ImGui::PopItemWidth();
  draw_pair([this] { draw_optimizer(); }, [this] { draw_learning_rate(); });
  draw_pair([this] { draw_batch(); }, [this] { draw_epochs(); });
  if (draw_more_options(tables_, chosen_)) changed();
}

// A network of a file is shown by its name until another model is chosen.
void ControlsPanel::draw_model() {
  const bool own = !chosen_.architecture.empty();
  std::string model = own ? std::string() : chosen_.model;
  const std::string otherwise = own ? chosen_.model + " (own)" : chosen_.model;
  if (!choose("##model", fitting_models(), model, otherwise)) return;
  chosen_.model = model;
  chosen_.architecture.clear();
  changed();
}

std::vector<ModelItem> ControlsPanel::fitting_models() const {
  std::vector<ModelItem> fitting;
  for (const ModelItem& model : tables_.models) {
    if (model.takes(chosen_.data)) fitting.push_back(model);
  }
  return fitting;
}

void ControlsPanel::choose_fitting_model() {
  const std::vector<ModelItem> fitting = fitting_models();
  if (!chosen_.architecture.empty()) return;  // the engine checks whether it fits
  const bool fits = std::any_of(fitting.begin(), fitting.end(), [this](const ModelItem& model) {
    return model.name == chosen_.model;
  });
  if (!fits && !fitting.empty()) chosen_.model = fitting.front().name;
}

void ControlsPanel::draw_optimizer() {
  field_label("Optimizer");
  if (!choose("##optimizer", tables_.optimizers, chosen_.optimizer, chosen_.optimizer)) return;
  for (const OptimizerItem& item : tables_.optimizers) {
    if (item.name == chosen_.optimizer) chosen_.learning_rate = item.learning_rate;
  }
  chosen_.optimizer_options.clear();  // those of another optimizer
  changed();
}

void ControlsPanel::draw_batch() {
  field_label("Batch");
  if (!ImGui::BeginCombo("##batch", std::to_string(chosen_.batch).c_str())) return;
  for (const int64_t batch : tables_.batches) {
    if (ImGui::Selectable(std::to_string(batch).c_str(), batch == chosen_.batch)) {
      chosen_.batch = batch;
      changed();
    }
  }
  ImGui::EndCombo();
}

void ControlsPanel::draw_epochs() {
  field_label("Epochs");
  auto epochs = static_cast<int>(chosen_.epochs);
  ImGui::InputInt("##epochs", &epochs);
  chosen_.epochs = std::clamp<int64_t>(epochs, 1, max_epochs);
  if (ImGui::IsItemDeactivatedAfterEdit()) changed();
}

void ControlsPanel::draw_staged(const Theme& theme) {
  if (!differs() || only_epochs_differ()) return;
  if (snapshot_->step == 0 && !is_possible("pause")) return;
  draw_wrapped(theme.validation, "The new settings discard the trained network.");
  if (ImGui::Button("Apply")) send(Configure{chosen_});
  ImGui::SameLine();
  if (ImGui::Button("Keep the old settings")) chosen_ = shown_;
}

void ControlsPanel::draw_button(const ButtonItem& button, float width, const Theme& theme) {
  const bool possible = is_possible(button.request);
  const bool primary = button.request == "start" && possible;
  std::string title = button.title;
  if (button.request == "start" && snapshot_->state == RunState::paused) title = "Resume";
  if (button.request == "start" && snapshot_->state == RunState::finished) title = "Continue";
  if (primary) {
    ImGui::PushStyleColor(ImGuiCol_Button, theme.accent);
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered, faded(theme.accent, 0.85F));
    ImGui::PushStyleColor(ImGuiCol_Text, theme.on_accent);
  }
  ImGui::BeginDisabled(!possible);
  const bool pressed = ImGui::Button((title + "###" + button.request).c_str(), {width, 0});
  ImGui::EndDisabled();
  if (primary) ImGui::PopStyleColor(3);
  if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) {
    show_tooltip((button.hint + " (" + button.shortcut + ")").c_str());
  }
  const ImGuiKey key = shortcut_key(button.shortcut);
  const ImGuiIO& io = ImGui::GetIO();
  // A key may belong to a text field, a list or, if it activates buttons, to the focused button.
  const bool presses_focused = (key == ImGuiKey_Enter || key == ImGuiKey_Space) && io.NavVisible;
  const bool taken = io.WantTextInput || ImGui::IsAnyItemActive() || io.KeyCtrl || io.KeyAlt ||
                     ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup) || presses_focused;
  const bool typed = key != ImGuiKey_None && !taken && ImGui::IsKeyPressed(key, false);
  if (possible && (pressed || typed)) press(button.request);
}

void ControlsPanel::press(const std::string& request) {
  asks_ = request == "reset" && snapshot_->step > 0;
  if (!asks_) send(button_request(request));
}

void ControlsPanel::draw_ask(const Theme& theme) {
  asks_ = asks_ && snapshot_->step > 0;
  if (!asks_) return;
  const auto answer = ask_to_discard(theme.validation, "Reset discards the trained network.");
  if (!answer) return;
  asks_ = false;
  if (*answer) send(Reset{});
}

void ControlsPanel::draw_buttons(const Theme& theme) {
  const float spacing = ImGui::GetStyle().ItemSpacing.x;
  const float width = (ImGui::GetContentRegionAvail().x - spacing) / 2;
  for (size_t i = 0; i < tables_.buttons.size(); ++i) {
    if (i % 2 != 0) ImGui::SameLine();
    draw_button(tables_.buttons[i], width, theme);
  }
}

void ControlsPanel::draw_progress() {
  const auto total = static_cast<float>(snapshot_->steps_per_epoch * snapshot_->epochs);
  const float done = total > 0 ? static_cast<float>(snapshot_->step) / total : 0;
  ImGui::TextUnformatted(phase_text(*snapshot_).c_str());
  ImGui::ProgressBar(std::clamp(done, 0.0F, 1.0F), {-1, 6}, "");
}

void ControlsPanel::draw_numbers() {
  ImGui::PushFont(nullptr, small_text_size);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(8, 5));
  for (const auto& [name, value] : number_texts(*snapshot_)) {
    ImGui::TextDisabled("%s", name.c_str());
    ImGui::SameLine();
    const float width = ImGui::CalcTextSize(value.c_str()).x;
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - width);
    ImGui::TextUnformatted(value.c_str());
  }
  ImGui::PopStyleVar();
  ImGui::PopFont();
}

void ControlsPanel::draw_messages(const Theme& theme) {
  if (!snapshot_->error.empty()) draw_wrapped(theme.bad, snapshot_->error);
  if (!requests_.refusal().empty() && requests_.refusal() != snapshot_->error) {
    draw_wrapped(theme.bad, requests_.refusal());
    if (ImGui::Button("Dismiss")) requests_.dismiss();
  }
  if (!snapshot_->stop_reason.empty())
    draw_wrapped(theme.text, "Training stopped: " + snapshot_->stop_reason);
  ImGui::PushFont(nullptr, small_text_size);
  for (const std::string& note : snapshot_->notes) draw_wrapped(theme.quiet, note);
  ImGui::PopFont();
}

void ControlsPanel::draw(const Rect& rect, const Theme& theme) {
  ImGui::SetCursorScreenPos({rect.x, rect.y});
  ImGui::BeginChild("controls", {rect.width, rect.height}, ImGuiChildFlags_None,
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  const float top = ImGui::GetCursorPosY();
  // Enabled also if the first settings were refused, so that others can be chosen.
  ready_ = ready_ || snapshot_->state != RunState::empty || !snapshot_->error.empty() ||
           !requests_.refusal().empty();
  ImGui::BeginDisabled(!ready_);
  draw_settings();
  ImGui::EndDisabled();
  draw_staged(theme);
  ImGui::Dummy({0, 4});
  draw_buttons(theme);
  draw_ask(theme);
  ImGui::Dummy({0, 4});
  draw_progress();
  draw_messages(theme);
  draw_numbers();
  height_ = ImGui::GetCursorPosY() - top;
  ImGui::EndChild();
}

}  // namespace convlab
