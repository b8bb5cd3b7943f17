#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

/// Tables of everything a user can choose. The page (which reads them as JSON) and the desktop
/// window build their controls from them, so that both offer the same choices.
namespace convlab {

struct NamedItem {
  std::string name;         ///< as in RunOptions
  std::string title;        ///< shown to the user
  std::string description;  ///< one sentence
};

struct ModelItem {
  std::string name;
  std::string title;
  std::string description;
  std::vector<std::string> data_sets;  ///< names of the data sets that it accepts

  bool takes(const std::string& data_set) const {
    return std::find(data_sets.begin(), data_sets.end(), data_set) != data_sets.end();
  }
};

struct OptimizerItem {
  std::string name;
  std::string title;
  double learning_rate = 0;  ///< default
};

struct ButtonItem {
  std::string command;  ///< as in encode(Command): "start"
  std::string title;
  std::string hint;      ///< tooltip and screen reader text
  std::string shortcut;  ///< one key
};

struct Controls {
  std::vector<NamedItem> data_sets;
  std::vector<ModelItem> models;
  std::vector<OptimizerItem> optimizers;
  std::vector<ButtonItem> buttons;  ///< start, pause, step, reset
  std::vector<int64_t> batches;     ///< batch sizes to choose from
  double min_learning_rate = 1e-6;
  double max_learning_rate = 10;
};

Controls controls();
/// Returns the tables as JSON: {"data_sets": […], "models": […], …} with the field names above.
std::string controls_json();

}  // namespace convlab
