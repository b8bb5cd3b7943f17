#pragma once

#include <CLI/CLI.hpp>

#include "engine/run_options.h"

namespace convlab {

/// Adds --augment, which sets RunOptions::augmentation.
void add_augment(CLI::App& command, RunOptions& run);

}  // namespace convlab
