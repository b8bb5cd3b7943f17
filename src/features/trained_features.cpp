#include "features/trained_features.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "core/error.h"

namespace convlab {

namespace {

constexpr const char* features_key = "features";
constexpr const char* images_key = "features_of";

std::string text_of(const TrainingInfo& training, std::string_view key, const std::string& where) {
  const auto found = std::ranges::find(training.options, key, &Options::value_type::first);
  if (found == training.options.end()) return {};
  const auto* text = std::get_if<std::string>(&found->second);
  if (text == nullptr) fail("{}: the training information: {} must be a text", where, key);
  return *text;
}

}  // namespace

void append_features_info(Options& info, const Dataset& train) {
  if (train.has_images()) return;
  info.emplace_back(features_key, train.features());
  info.emplace_back(images_key, train.features_of());
}

std::string trained_features(const TrainingInfo& training, const std::string& where) {
  return text_of(training, features_key, where);
}

std::string trained_images(const TrainingInfo& training, const std::string& where) {
  return text_of(training, images_key, where);
}

std::string backbone_of(const std::string& features) {
  return features.substr(0, features.find(','));
}

void remove_features_info(Options& info) {
  std::erase_if(info, [](const auto& option) {
    return option.first == features_key || option.first == images_key;
  });
}

}  // namespace convlab
