#pragma once

#include <optional>
#include <string_view>

#include "data/augment/augmentation_options.h"

namespace convlab {

/// The arguments of Keras' ImageDataGenerator.
struct KerasAugmentation {
  AugmentationOptions options;
  // Not about single images.
  std::optional<double> rescale;  ///< factor of all values
  bool featurewise_center = false;
  bool featurewise_std_normalization = false;  ///< implies featurewise_center, as in Keras
  std::optional<double> validation_split;      ///< within 0 to 1, both exclusive
};

/// Reads the constructor arguments of Keras' ImageDataGenerator, as JSON:
/// {"rotation_range": 15, "zoom_range": [0.8, 1], "horizontal_flip": true}. null is None. Ranges
/// mean what they do in Keras; whole numbers of pixels are drawn with equal probability. Throws
/// Error for invalid JSON, with its place, for an unknown argument, for a value out of its range,
/// and for what has no equivalent here, unless it has Keras' default value.
KerasAugmentation augmentation_from_keras_json(std::string_view text);

}  // namespace convlab
