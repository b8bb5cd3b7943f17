#pragma once

#include <CLI/CLI.hpp>

#include "engine/run_options.h"

namespace convlab {

/// Adds --augment and --standardize.
void add_augment(CLI::App& command, RunOptions& run);

}  // namespace convlab
