#pragma once

#include <CLI/CLI.hpp>

#include "engine/protocol.h"

namespace convlab {

/// Adds --early-stopping, --restore-best-weights and --time-budget, which stop training early.
void add_stopping(CLI::App& command, RunOptions& run);

}  // namespace convlab
