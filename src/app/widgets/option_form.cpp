#include "app/widgets/option_form.h"

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "app/fonts.h"
#include "app/widgets/text.h"

namespace convlab {
namespace {

constexpr size_t max_text = 4096;
constexpr float field_fraction = 0.45F;  // of the width; the label has the rest

OptionValue* find(Options& options, std::string_view name) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const auto& option) { return option.first == name; });
  return found == options.end() ? nullptr : &found->second;
}

/// Returns the value of an option, and its default if it is of another type.
template <class T>
T value_of(const OptionForm& form, const OptionItem& item, Options& values) {
  Options defaults = form.defaults;
  for (Options* options : {&values, &defaults}) {
    const OptionValue* value = find(*options, item.name);
    if (value == nullptr) continue;
    if (const T* held = std::get_if<T>(value)) return *held;
    // Files may write a number without a fraction as a whole one.
    if constexpr (std::is_same_v<T, double>) {
      if (const auto* whole = std::get_if<int64_t>(value)) return static_cast<double>(*whole);
    }
  }
  return {};
}

void set(const OptionForm& form, const OptionItem& item, Options& values, OptionValue value) {
  Options defaults = form.defaults;
  const OptionValue* normal = find(defaults, item.name);
  if (normal != nullptr && *normal == value) {
    std::erase_if(values, [&](const auto& option) { return option.first == item.name; });
  } else if (OptionValue* held = find(values, item.name)) {
    *held = std::move(value);
  } else {
    values.emplace_back(item.name, std::move(value));
  }
}

bool draw_choice(const OptionForm& form, const OptionItem& item, Options& values) {
  const auto chosen = value_of<std::string>(form, item, values);
  bool changed = false;
  if (!ImGui::BeginCombo("##field", chosen.c_str())) return false;
  for (const std::string& choice : item.choices) {
    if (!ImGui::Selectable(choice.c_str(), choice == chosen) || choice == chosen) continue;
    set(form, item, values, choice);
    changed = true;
  }
  ImGui::EndCombo();
  return changed;
}

bool draw_field(const OptionForm& form, const OptionItem& item, Options& values) {
  if (item.type == "flag") {
    bool flag = value_of<bool>(form, item, values);
    const bool changed = ImGui::Checkbox("##field", &flag);
    if (changed) set(form, item, values, flag);
    return changed;
  }
  if (item.type == "choice") return draw_choice(form, item, values);
  if (item.type == "integer") {
    auto number = value_of<int64_t>(form, item, values);
    if (ImGui::InputScalar("##field", ImGuiDataType_S64, &number)) {
      set(form, item, values,
          std::clamp(number, static_cast<int64_t>(item.min), static_cast<int64_t>(item.max)));
    }
  } else if (item.type == "number") {
    auto number = value_of<double>(form, item, values);
    if (ImGui::InputDouble("##field", &number, 0, 0, "%.6g") && std::isfinite(number))
      set(form, item, values, std::clamp(number, item.min, item.max));
  } else {
    std::array<char, max_text> text{};
    value_of<std::string>(form, item, values).copy(text.data(), max_text - 1);
    if (ImGui::InputText("##field", text.data(), max_text))
      set(form, item, values, std::string(text.data()));
  }
  return ImGui::IsItemDeactivatedAfterEdit();
}

}  // namespace

std::string option_label(std::string_view name) {
  std::string label(name);
  std::replace(label.begin(), label.end(), '_', ' ');
  if (!label.empty() && label[0] >= 'a' && label[0] <= 'z')
    label[0] = static_cast<char>(label[0] - 'a' + 'A');
  return label;
}

bool draw_option_form(const OptionForm& form, Options& values) {
  bool changed = false;
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::PushID((form.group + "/" + form.kind).c_str());
  for (const OptionItem& item : form.fields) {
    ImGui::PushID(item.name.c_str());
    ImGui::AlignTextToFramePadding();
    ImGui::PushFont(nullptr, small_text_size);
    const std::string label = option_label(item.name);
    const float field = width * field_fraction;
    ImGui::TextDisabled("%s", shortened(small_text_size, label, width - field - 6).c_str());
    ImGui::PopFont();
    bool hovered = ImGui::IsItemHovered();
    ImGui::SameLine(width - field);
    ImGui::SetNextItemWidth(field);
    changed = draw_field(form, item, values) || changed;
    hovered = hovered || ImGui::IsItemHovered();
    if (hovered) show_tooltip((label + ": " + item.help).c_str());
    ImGui::PopID();
  }
  ImGui::PopID();
  return changed;
}

}  // namespace convlab
