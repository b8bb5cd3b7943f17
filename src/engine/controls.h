#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

/// The tables from which both the page (as JSON) and the window make their controls, so that they
/// offer the same.
namespace convlab {

struct NamedItem {
  std::string name;         ///< as in RunOptions
  std::string title;        ///< for people
  std::string description;  ///< one sentence
};

struct ModelItem {
  std::string name;
  std::string title;
  std::string description;
  std::vector<std::string> data_sets;  ///< names of those whose images it takes

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
  std::vector<int64_t> batches;     ///< sizes on offer
  double min_learning_rate = 1e-6;
  double max_learning_rate = 10;
};

Controls controls();
/// {"data_sets": […], "models": […], …} with the field names above.
std::string controls_json();

}  // namespace convlab
