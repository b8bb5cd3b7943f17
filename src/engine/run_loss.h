#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/options.h"
#include "data/subset.h"
#include "engine/run_options.h"
#include "io/model_file.h"
#include "loss/loss.h"

/// The loss of a training run: RunOptions::loss, loss_options and class_weights.
namespace convlab {

inline constexpr const char* balanced_classes = "balanced";

/// Throws Error for an unknown loss, or invalid options or class weights.
std::unique_ptr<Loss> make_loss(const RunOptions& run);

/// Returns RunOptions::class_weights in one way of writing. Throws Error unless it is "balanced" or
/// a list of numbers.
std::string checked_class_weights(const std::string& text);

/// Returns the weight of each class; empty: all 1. "balanced" is n / (classes · images of the
/// class) for n training images, as in scikit-learn: classes are those that have images, and others
/// have weight 1. `train` must be complete for that. Throws Error like checked_class_weights.
std::vector<double> class_weights(const RunOptions& run, const Subset& train);

/// Appends the loss to the options of a TrainingInfo, for trained_loss.
void append_loss_info(Options& info, const RunOptions& run);

/// Creates the loss with which a model was trained, softmax_cross_entropy if its file names none.
/// Throws Error, starting with `where`, if it names an unknown loss or invalid options.
std::unique_ptr<Loss> trained_loss(const TrainingInfo& training, const std::string& where);

}  // namespace convlab
