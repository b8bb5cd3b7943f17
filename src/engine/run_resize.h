#pragma once

#include <string>

#include "core/options.h"
#include "engine/run_options.h"
#include "io/model_file.h"

/// How a model file keeps RunOptions::resize, so that it predicts images as it was trained on them.
namespace convlab {

/// Appends it to the options of a TrainingInfo, unless it is the default.
void append_resize_info(Options& info, const RunOptions& run);

/// Returns the one with which a model was trained; the default if its file has none. Throws Error,
/// starting with `where`, for an unknown one.
std::string trained_resize(const TrainingInfo& training, const std::string& where);

}  // namespace convlab
