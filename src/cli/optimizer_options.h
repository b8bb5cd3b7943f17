#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "engine/protocol.h"

namespace convlab {

/// The options that choose an optimizer, for a command that has no schedule.
void add_optimizer(CLI::App& command, RunOptions& run);

/// The options that say how weights move: optimizer, schedule and what surrounds an update.
void add_optimizer_options(CLI::App& command, RunOptions& run);

/// Throws Error for what no run would accept of them, before any data is read.
void check_optimizer_options(const RunOptions& run);

/// Every optimizer and schedule with its options and their defaults, a line each, for a help text.
std::string optimizer_options_help();

/// What of them belongs into a model file: those that differ from the default.
void append_optimizer_info(Options& info, const RunOptions& run);

}  // namespace convlab
