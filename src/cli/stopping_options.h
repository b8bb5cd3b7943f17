#pragma once

#include <CLI/CLI.hpp>

#include "engine/protocol.h"

namespace convlab {

/// --early-stopping, --restore-best-weights, --time-budget: what ends a training before its epochs.
void add_stopping(CLI::App& command, RunOptions& run);

}  // namespace convlab
