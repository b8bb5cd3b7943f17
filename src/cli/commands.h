#pragma once

#include <CLI/CLI.hpp>
#include <functional>

/// The subcommands of convlab. Each function adds one to the parser. If the user chose it, parsing
/// sets `action`, a function that runs the subcommand and returns the exit status or throws Error.
namespace convlab {

using Action = std::function<int()>;

void add_train(CLI::App& app, Action& action);
void add_eval(CLI::App& app, Action& action);
void add_predict(CLI::App& app, Action& action);
void add_weights(CLI::App& app, Action& action);
void add_classify(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_features(CLI::App& app, Action& action);
void add_join(CLI::App& app, Action& action);
void add_knn(CLI::App& app, Action& action);
void add_lr_find(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_summary(CLI::App& app, Action& action);
void add_layers(CLI::App& app, Action& action);
void add_datasets(CLI::App& app, Action& action);

}  // namespace convlab
