#include "engine/controls.h"

#include <set>

#include "core/error.h"
#include "data/catalog.h"
#include "optim/optimizer.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

bool takes(const Model& model, const CatalogEntry& data) {
  try {
    model.build(data.image, static_cast<int64_t>(data.class_names.size()));
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
      if (takes(model, data)) item.data_sets.push_back(data.name);
    }
    if (!item.data_sets.empty()) items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

Controls controls() {
  Controls table;
  for (const CatalogEntry& entry : catalog())
    table.data_sets.push_back({entry.name, entry.title, entry.description});
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
  return table;
}

}  // namespace convlab
