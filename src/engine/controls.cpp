#include "engine/controls.h"

#include <nlohmann/json.hpp>

#include "data/catalog.h"
#include "optim/optimizer.h"
#include "zoo/zoo.h"

namespace convlab {

Controls controls() {
  Controls table;
  for (const CatalogEntry& entry : catalog())
    table.data_sets.push_back({entry.name, entry.title, entry.description});
  for (const Model& model : models()) {
    table.models.push_back(
        {std::string(model.name), std::string(model.title), std::string(model.description)});
  }
  for (const OptimizerKind& kind : optimizer_kinds()) {
    table.optimizers.push_back(
        {std::string(kind.kind), std::string(kind.title), kind.learning_rate});
  }
  table.buttons = {
      {"start", "Start",
       "Train until the planned epochs are done; after the end, train as many again", "Enter"},
      {"pause", "Pause", "Stop after the current step; Start goes on", "p"},
      {"step", "Step", "Train on one batch, then pause", "s"},
      {"reset", "Reset", "Forget what was learned and begin anew with the same starting weights",
       "r"},
  };
  table.batches = {16, 32, 64, 128, 256, 512};
  return table;
}

std::string controls_json() {
  const Controls table = controls();
  nlohmann::ordered_json json;
  const auto named = [](const std::vector<NamedItem>& items) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const NamedItem& item : items) {
      list.push_back(
          {{"name", item.name}, {"title", item.title}, {"description", item.description}});
    }
    return list;
  };
  json["data_sets"] = named(table.data_sets);
  json["models"] = named(table.models);
  json["optimizers"] = nlohmann::ordered_json::array();
  for (const OptimizerItem& item : table.optimizers) {
    json["optimizers"].push_back(
        {{"name", item.name}, {"title", item.title}, {"learning_rate", item.learning_rate}});
  }
  json["buttons"] = nlohmann::ordered_json::array();
  for (const ButtonItem& item : table.buttons) {
    json["buttons"].push_back({{"command", item.command},
                               {"title", item.title},
                               {"hint", item.hint},
                               {"shortcut", item.shortcut}});
  }
  json["batches"] = table.batches;
  json["least_learning_rate"] = table.least_learning_rate;
  json["most_learning_rate"] = table.most_learning_rate;
  return json.dump();
}

}  // namespace convlab
