#pragma once

#include <CLI/CLI.hpp>
#include <functional>

/// The subcommands of convlab. Each function describes one to the parser; when it is the chosen
/// one, parsing sets `action`, which does the work, throws Error, and returns the exit status.
namespace convlab {

using Action = std::function<int()>;

void add_train(CLI::App& app, Action& action);
void add_eval(CLI::App& app, Action& action);
void add_lr_find(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_summary(CLI::App& app, Action& action);
void add_layers(CLI::App& app, Action& action);
void add_datasets(CLI::App& app, Action& action);

}  // namespace convlab
