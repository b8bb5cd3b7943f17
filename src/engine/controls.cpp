#include "engine/controls.h"

#include <set>

#include "core/error.h"
#include "data/augment/augmentation_options.h"
#include "data/catalog.h"
#include "data/dataset.h"
#include "engine/run_form.h"
#include "loss/loss.h"
#include "nn/layer_info.h"
#include "optim/optimizer.h"
#include "optim/schedules/schedule.h"
#include "train/callbacks/early_stopping.h"
#include "train/updater.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

bool takes(const Model& model, const Shape& image, int64_t classes) {
  try {
    model.build(image, classes);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// Returns the models that accept at least one data set. Leaves out models with the same layers as
/// an earlier one, which differ only in name and default image size.
std::vector<ModelItem> model_items() {
  std::vector<ModelItem> items;
  std::set<decltype(Model::layers)> seen;
  for (const Model& model : models()) {
    if (!seen.insert(model.layers).second) continue;
    ModelItem item{
        std::string(model.name), std::string(model.title), std::string(model.description), {}};
    for (const CatalogEntry& data : catalog()) {
      if (takes(model, data.image, static_cast<int64_t>(data.class_names.size())))
        item.data_sets.push_back(data.name);
    }
    if (!item.data_sets.empty()) items.push_back(std::move(item));
  }
  return items;
}

DataItem data_item(const CatalogEntry& entry) {
  DataItem item{.name = entry.name,
                .title = entry.title,
                .description = entry.description,
                .source = entry.source,
                .licence = entry.licence,
                .get = entry.get};
  const CatalogEntry& files = entry.files_of.empty() ? entry : find_entry(entry.files_of);
  for (const CatalogDownload& file : files.downloads) {
    item.urls.push_back(file.url);
    item.download_bytes += static_cast<int64_t>(file.bytes.value_or(0));
  }
  return item;
}

std::string_view type_name(OptionType type) {
  switch (type) {
    case OptionType::flag:
      return "flag";
    case OptionType::integer:
      return "integer";
    case OptionType::number:
      return "number";
    case OptionType::numbers:
      return "numbers";
    case OptionType::choice:
      return "choice";
  }
  return {};
}

OptionForm make_form(std::string_view group, std::string_view kind, std::string_view title,
                     const std::vector<OptionField>& fields) {
  OptionForm form{.group = std::string(group),
                  .kind = std::string(kind),
                  .title = std::string(title),
                  .defaults = {},
                  .fields = {}};
  for (const OptionField& field : fields) {
    if (!field.required) form.defaults.emplace_back(field.name, field.default_value);
    form.fields.push_back({.name = std::string(field.name),
                           .type = std::string(type_name(field.type)),
                           .min = field.min,
                           .max = field.max,
                           .choices = {field.choices.begin(), field.choices.end()},
                           .help = std::string(field.help)});
  }
  return form;
}

std::vector<OptionForm> option_forms() {
  std::vector<OptionForm> forms;
  for (const LayerOptions& layer : layer_options())
    forms.push_back(make_form("layer", layer.kind, layer.kind, layer.options()));
  const auto add = [&](std::string_view group, const auto& kinds) {
    for (const auto& kind : kinds)
      forms.push_back(make_form(group, kind.kind, kind.title, kind.options()));
  };
  add("optimizer", optimizer_kinds());
  add("schedule", schedule_kinds());
  add("loss", loss_kinds());
  forms.push_back(
      make_form("augmentation", "", "Augmentation", list_options<AugmentationOptions>()));
  forms.push_back(make_form("update", "", "Updates", list_options<UpdateOptions>()));
  forms.push_back(
      make_form("early_stopping", "", "Early stopping", list_options<EarlyStoppingOptions>()));
  forms.push_back(make_form("run", "", "Run", run_form_fields()));
  return forms;
}

}  // namespace

Controls controls() {
  Controls table;
  for (const CatalogEntry& entry : catalog()) table.data_sets.push_back(data_item(entry));
  table.models = model_items();
  for (const OptimizerKind& kind : optimizer_kinds()) {
    table.optimizers.push_back(
        {std::string(kind.kind), std::string(kind.title), kind.learning_rate});
  }
  table.buttons = {
      {"start", "Start",
       "Train until the planned epochs are done; when they are done, train for as many again",
       "Enter"},
      {"pause", "Pause", "Stop after the current step; Start resumes", "p"},
      {"step", "Step", "Train on one batch, then pause", "s"},
      {"reset", "Reset", "Discard the trained weights and start over with the same initial weights",
       "r"},
  };
  table.batches = {16, 32, 64, 128, 256, 512};
  table.forms = option_forms();
  return table;
}

std::vector<std::string> fitting_models(const Dataset& data) {
  std::vector<std::string> names;
  for (const ModelItem& item : model_items()) {
    if (takes(find_model(item.name), data.image_shape(), data.classes()))
      names.push_back(item.name);
  }
  return names;
}

}  // namespace convlab
