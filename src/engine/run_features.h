#pragma once

#include <string>

#include "data/dataset.h"
#include "io/model_file.h"
#include "nn/graph.h"

/// Runs on features (Dataset::has_images) instead of images.
namespace convlab {

struct RunOptions;

/// Throws Error, starting with `where`, for a data set with other features than those that a model
/// was trained on, or with images instead.
void check_features(const TrainingInfo& training, const Dataset& data, const std::string& where);

/// Throws Error for options that change images, if the data set has features.
void check_feature_options(const RunOptions& options, const Dataset& data);

/// Makes a network of the default normalization, which is meant for bytes, read features as they
/// are.
void set_feature_normalization(Graph& graph, const Dataset& data);

}  // namespace convlab
