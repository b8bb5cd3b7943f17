#pragma once

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
  std::vector<NamedItem> models;
  std::vector<OptimizerItem> optimizers;
  std::vector<ButtonItem> buttons;  ///< start, pause, step, reset
  std::vector<int64_t> batches;     ///< sizes on offer
  double least_learning_rate = 1e-6;
  double most_learning_rate = 10;
};

Controls controls();
/// {"data_sets": […], "models": […], …} with the field names above.
std::string controls_json();

}  // namespace convlab
