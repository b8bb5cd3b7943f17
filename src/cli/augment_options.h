#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/file_names.h"
#include "engine/run_options.h"

namespace convlab {

/// Adds --augment, which sets RunOptions::augmentation, and with a file of Keras' arguments also
/// standardize and validation_split; that file is appended to `inputs`. Both must outlive
/// `command`.
void add_augment(CLI::App& command, RunOptions& run, std::vector<NamedFile>& inputs);
/// Adds --standardize.
void add_standardize(CLI::App& command, RunOptions& run);

}  // namespace convlab
