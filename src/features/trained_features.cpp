#include "features/trained_features.h"

#include <vector>

namespace convlab {

namespace {

constexpr const char* features_key = "features";
constexpr const char* images_key = "features_of";

}  // namespace

void append_features_info(Options& info, const Dataset& train) {
  if (train.has_images()) return;
  info.emplace_back(features_key, train.features());
  info.emplace_back(images_key, train.features_of());
}

std::string trained_features(const TrainingInfo& training, const std::string& where) {
  return text_option(training, features_key, where);
}

std::string trained_images(const TrainingInfo& training, const std::string& where) {
  return text_option(training, images_key, where);
}

void remove_features_info(Options& info) {
  std::erase_if(info, [](const auto& option) {
    return option.first == features_key || option.first == images_key;
  });
}

}  // namespace convlab
