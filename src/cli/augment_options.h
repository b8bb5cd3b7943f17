#pragma once

#include <CLI/CLI.hpp>

#include "engine/run_options.h"

namespace convlab {

/// Adds --augment, which sets RunOptions::augmentation, and with a file of Keras' arguments also
/// standardize and validation_split.
void add_augment(CLI::App& command, RunOptions& run);
/// Adds --standardize.
void add_standardize(CLI::App& command, RunOptions& run);

}  // namespace convlab
