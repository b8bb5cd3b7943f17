#pragma once

#include <imgui.h>

#include <optional>
#include <string>

#include "app/fonts.h"
#include "app/widgets/text.h"

/// Parts of input forms.
namespace convlab {

/// Draws the label above a field.
inline void field_label(const char* text) {
  ImGui::PushFont(nullptr, small_text_size);
  ImGui::TextDisabled("%s", text);
  ImGui::PopFont();
}

/// Draws a combo box of items with name and title; returns whether `chosen` changed. Shows
/// `otherwise` if no item is chosen.
template <class Items>
bool choose(const char* id, const Items& items, std::string& chosen, const std::string& otherwise) {
  std::string title = otherwise;
  for (const auto& item : items) {
    if (item.name == chosen) title = item.title;
  }
  bool changed = false;
  if (!ImGui::BeginCombo(id, title.c_str())) return false;
  for (const auto& item : items) {
    const bool selected = item.name == chosen;
    if (ImGui::Selectable(item.title.c_str(), selected) && !selected) {
      chosen = item.name;
      changed = true;
    }
    if constexpr (requires { item.description; }) {
      if (ImGui::IsItemHovered() && !item.description.empty())
        show_tooltip(item.description.c_str());
    }
    if (selected) ImGui::SetItemDefaultFocus();
  }
  ImGui::EndCombo();
  return changed;
}

/// Draws two fields side by side, with half the width as their default item width.
template <class Left, class Right>
void draw_pair(Left left, Right right) {
  const ImVec2 start = ImGui::GetCursorPos();
  const float spacing = ImGui::GetStyle().ItemSpacing.x;
  const float half = (ImGui::GetContentRegionAvail().x - spacing) / 2;
  ImGui::PushItemWidth(half);
  ImGui::BeginGroup();
  left();
  ImGui::EndGroup();
  ImGui::SetCursorPos({start.x + half + spacing, start.y});
  ImGui::BeginGroup();
  right();
  ImGui::EndGroup();
  ImGui::PopItemWidth();
}

/// Draws text in a colour, wrapped.
inline void draw_wrapped(ImU32 color, const std::string& text) {
  ImGui::PushStyleColor(ImGuiCol_Text, color);
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

/// Draws a question whether a trained network may be discarded; returns the answer in the frame in
/// which it is given.
inline std::optional<bool> ask_to_discard(ImU32 color, const std::string& text) {
  draw_wrapped(color, text);
  if (ImGui::Button("Discard it")) return true;
  ImGui::SameLine();
  if (ImGui::Button("Keep it")) return false;
  return std::nullopt;
}

}  // namespace convlab
