#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/file_names.h"
#include "engine/protocol.h"

namespace convlab {

/// Adds --loss, --loss-options, --label-smoothing and --class-weights, whose file is appended to
/// `inputs`. Both must outlive `command`.
void add_loss(CLI::App& command, RunOptions& run, std::vector<NamedFile>& inputs);

/// Returns help text that lists each loss with its options and their defaults.
std::string loss_options_help();

}  // namespace convlab
