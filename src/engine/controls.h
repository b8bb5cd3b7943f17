#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.h"
#include "engine/fields.h"

/// Tables of everything a user can choose. The page and the desktop window build their controls
/// from them, so that both offer the same choices.
namespace convlab {

class Dataset;

struct NamedItem {
  std::string name;         ///< as in RunOptions
  std::string title;        ///< shown to the user
  std::string description;  ///< one sentence
};

/// A data set of the catalog, and what to tell a user whose server or disk lacks its files.
struct DataItem {
  std::string name;
  std::string title;
  std::string description;
  std::string source = {};
  std::string licence = {};
  std::string get = {};                ///< how to get the files
  int64_t download_bytes = 0;          ///< size of the published files; 0: unknown
  std::vector<std::string> urls = {};  ///< of these
};

template <class Fields, MaybeConst<DataItem> S>
void visit(Fields& fields, S& item) {
  fields("name", item.name);
  fields("title", item.title);
  fields("description", item.description);
  fields("source", item.source);
  fields("licence", item.licence);
  fields("get", item.get);
  fields("download_bytes", item.download_bytes);
  fields("urls", item.urls);
}

struct ModelItem {
  std::string name;
  std::string title;
  std::string description;
  std::vector<std::string> data_sets;  ///< names of the data sets that it accepts

  bool takes(const std::string& data_set) const {
    return std::find(data_sets.begin(), data_sets.end(), data_set) != data_sets.end();
  }
};

template <class Fields, MaybeConst<ModelItem> S>
void visit(Fields& fields, S& item) {
  fields("name", item.name);
  fields("title", item.title);
  fields("description", item.description);
  fields("data_sets", item.data_sets);
}

struct OptimizerItem {
  std::string name;
  std::string title;
  double learning_rate = 0;  ///< default
};

template <class Fields, MaybeConst<OptimizerItem> S>
void visit(Fields& fields, S& item) {
  fields("name", item.name);
  fields("title", item.title);
  fields("learning_rate", item.learning_rate);
}

struct ButtonItem {
  std::string request;  ///< its name, see requests.h: "start"
  std::string title;
  std::string hint;      ///< tooltip and screen reader text
  std::string shortcut;  ///< one key
};

template <class Fields, MaybeConst<ButtonItem> S>
void visit(Fields& fields, S& item) {
  fields("request", item.request);
  fields("title", item.title);
  fields("hint", item.hint);
  fields("shortcut", item.shortcut);
}

/// One option of an OptionForm.
struct OptionItem {
  std::string name;
  std::string type;  ///< "flag", "integer", "number", "numbers" (text: "1, 2, 0.5") or "choice"
  double min = 0;    ///< inclusive limits of integer, number and each of numbers
  double max = 0;
  std::vector<std::string> choices;
  std::string help;  ///< starts in lower case, without a full stop
};

template <class Fields, MaybeConst<OptionItem> S>
void visit(Fields& fields, S& item) {
  fields("name", item.name);
  fields("type", item.type);
  fields("min", item.min);
  fields("max", item.max);
  fields("choices", item.choices);
  fields("help", item.help);
}

/// The options of one kind of layer, loss, optimizer, schedule or callback: from them a front end
/// generates an input form.
struct OptionForm {
  std::string group;  ///< layer, loss, optimizer, schedule, update, early_stopping or run
  std::string kind;   ///< as in RunOptions or a model document; empty if the group has only one
  std::string title;
  Options defaults;  ///< without options that must be given
  std::vector<OptionItem> fields;
};

template <class Fields, MaybeConst<OptionForm> S>
void visit(Fields& fields, S& form) {
  fields("group", form.group);
  fields("kind", form.kind);
  fields("title", form.title);
  fields("defaults", form.defaults);
  fields("fields", form.fields);
}

struct Controls {
  static constexpr std::string_view name = "controls";
  std::vector<DataItem> data_sets;
  std::vector<ModelItem> models;
  std::vector<OptimizerItem> optimizers;
  std::vector<ButtonItem> buttons;  ///< start, pause, step, reset
  std::vector<int32_t> batches;     ///< batch sizes to choose from
  double min_learning_rate = 1e-6;
  double max_learning_rate = 10;
  /// One per kind of each group; the options of the group "run" are members of RunOptions.
  std::vector<OptionForm> forms;
};

template <class Fields, MaybeConst<Controls> S>
void visit(Fields& fields, S& controls) {
  fields("data_sets", controls.data_sets);
  fields("models", controls.models);
  fields("optimizers", controls.optimizers);
  fields("buttons", controls.buttons);
  fields("batches", controls.batches);
  fields("min_learning_rate", controls.min_learning_rate);
  fields("max_learning_rate", controls.max_learning_rate);
  fields("forms", controls.forms);
}

/// Returns the tables; defined in the engine, which knows the models.
Controls controls();

/// Returns the names of those of Controls::models that accept the images and classes of a data set.
std::vector<std::string> fitting_models(const Dataset& data);

}  // namespace convlab
