#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "engine/protocol.h"

namespace convlab {

/// Adds the options of the optimizer, for a command without a schedule.
void add_optimizer(CLI::App& command, RunOptions& run);

/// Adds the options of the optimizer, the schedule and the update (clipping, accumulation, EMA).
void add_optimizer_options(CLI::App& command, RunOptions& run);

/// Throws Error for invalid values of these options, so that they are found before data is read.
void check_optimizer_options(const RunOptions& run);

/// Returns help text that lists each optimizer and schedule with its options and their defaults.
std::string optimizer_options_help();

}  // namespace convlab
