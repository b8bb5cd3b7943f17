#pragma once

#include <string>

#include "core/options.h"
#include "data/dataset.h"
#include "io/model_file.h"

/// What a model file keeps of the features that its network reads (Dataset::has_images), as it
/// makes no sense of others.
namespace convlab {

/// Appends Dataset::features and features_of to the options of a TrainingInfo, unless the data are
/// images.
void append_features_info(Options& info, const Dataset& train);

/// Returns the features that a model was trained on; empty for images. Throws Error, starting with
/// `where`, if its file has no text there.
std::string trained_features(const TrainingInfo& training, const std::string& where);

/// Returns the name of the data set whose images they are features of; empty if the file does not
/// say. Throws Error likewise.
std::string trained_images(const TrainingInfo& training, const std::string& where);

/// Removes what append_features_info appends.
void remove_features_info(Options& info);

}  // namespace convlab
