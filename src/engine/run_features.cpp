#include "engine/run_features.h"

#include "core/error.h"
#include "data/loader.h"
#include "engine/run_options.h"
#include "features/trained_features.h"

namespace convlab {

namespace {

[[noreturn]] void refuse(const char* option, const Dataset& data) {
  fail("[run] {} is for images, but {} holds features ({}); leave it out", option, data.name(),
       data.features());
}

}  // namespace

void check_features(const TrainingInfo& training, const Dataset& data, const std::string& where) {
  const std::string trained = trained_features(training, where);
  const std::string given = data.features();
  if (trained == given) return;
  if (data.has_images()) {
    fail(
        "{} was trained on features ({}), but {} holds images; expected a file of convlab features",
        where, trained, data.name());
  }
  fail("{} was trained on {}, but {} holds features of {}; expected the same", where,
       trained.empty() ? "images" : "features of " + trained, data.name(), given);
}

void check_feature_options(const RunOptions& options, const Dataset& data) {
  if (data.has_images()) return;
  if (options.image_size > 0) refuse("image_size", data);
  if (options.standardize) refuse("standardize", data);
  if (options.featurewise_center) refuse("featurewise_center", data);
  check_augmentation(data, read_augmentation(options.augmentation));
}

void set_feature_normalization(Graph& graph, const Dataset& data) {
  if (!data.has_images() && graph.normalization() == InputNormalization{})
    graph.set_normalization({.scale = {1}, .offset = {0}});
}

}  // namespace convlab
