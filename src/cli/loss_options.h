#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "engine/protocol.h"

namespace convlab {

/// Adds --loss, --loss-options, --label-smoothing and --class-weights.
void add_loss(CLI::App& command, RunOptions& run);

/// Returns help text that lists each loss with its options and their defaults.
std::string loss_options_help();

}  // namespace convlab
