#include "app/panels/more_options.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "app/widgets/fields.h"
#include "app/widgets/option_form.h"
#include "engine/run_form.h"

namespace convlab {
namespace {

const OptionForm* find_form(const Controls& tables, std::string_view group, std::string_view kind) {
  const auto found = std::find_if(
      tables.forms.begin(), tables.forms.end(),
      [&](const OptionForm& form) { return form.group == group && form.kind == kind; });
  return found == tables.forms.end() ? nullptr : &*found;
}

bool draw_form(const Controls& tables, std::string_view group, std::string_view kind,
               Options& values) {
  const OptionForm* form = find_form(tables, group, kind);
  return form != nullptr && draw_option_form(*form, values);
}

/// Draws a list of the kinds of a group and the form of the chosen kind.
bool draw_kind(const Controls& tables, const char* label, const char* group, std::string& kind,
               Options& values) {
  std::vector<NamedItem> items;
  for (const OptionForm& form : tables.forms) {
    if (form.group == group) items.push_back({form.kind, form.title, {}});
  }
  field_label(label);
  ImGui::PushID(group);
  ImGui::SetNextItemWidth(-1);
  bool changed = choose("##kind", items, kind, kind);
  ImGui::PopID();
  if (changed) values.clear();  // those of another kind
  return draw_form(tables, group, kind, values) || changed;
}

bool draw_optimizer_options(const Controls& tables, RunOptions& options) {
  const OptionForm* form = find_form(tables, "optimizer", options.optimizer);
  if (form == nullptr) return false;
  field_label(("Optimizer: " + form->title).c_str());
  return draw_option_form(*form, options.optimizer_options);
}

bool draw_early_stopping(const Controls& tables, RunOptions& options) {
  bool changed = ImGui::Checkbox("Early stopping", &options.early_stopping);
  if (!options.early_stopping) return changed;
  return draw_form(tables, "early_stopping", "", options.early_stopping_options) || changed;
}

/// The options of the group "run", which are members of RunOptions.
bool draw_run(const Controls& tables, RunOptions& options) {
  Options values = run_form_values(options);
  const Options before = values;
  const bool changed = draw_form(tables, "run", "", values);
  if (values != before) set_run_form_values(options, values);
  return changed;
}

}  // namespace

bool draw_more_options(const Controls& tables, RunOptions& options) {
  if (tables.forms.empty()) return false;
  ImGui::PushStyleColor(ImGuiCol_Header, ImGui::GetColorU32(ImGuiCol_FrameBg));
  const bool open = ImGui::CollapsingHeader("More");
  ImGui::PopStyleColor();
  if (!open) return false;
  bool changed = draw_optimizer_options(tables, options);
  changed = draw_kind(tables, "Learning rate schedule", "schedule", options.schedule,
                      options.schedule_options) ||
            changed;
  changed = draw_kind(tables, "Loss", "loss", options.loss, options.loss_options) || changed;
  field_label("Augmentation");
  changed = draw_form(tables, "augmentation", "", options.augmentation) || changed;
  field_label("Updates");
  changed = draw_form(tables, "update", "", options.update_options) || changed;
  changed = draw_early_stopping(tables, options) || changed;
  field_label("Run");
  return draw_run(tables, options) || changed;
}

}  // namespace convlab
