#pragma once

#include <array>
#include <span>
#include <string_view>

#include "nn/graph.h"

namespace convlab {

/// A named model. It accepts any image size that its layers allow and any number of classes.
struct Model {
  std::string_view name;
  std::string_view title;
  std::string_view description;  ///< one sentence
  std::string_view source;       ///< paper or other publication
  Graph (*layers)(const Shape& image, int64_t classes);
  std::array<int64_t, 3> default_image{28, 28, 1};  ///< height, width, channels, as in the source
  int64_t default_classes = 10;

  Shape image() const { return {default_image[0], default_image[1], default_image[2]}; }

  /// Builds the network for images of shape (height, width, channels) and `classes` classes. Throws
  /// Error that names the model if it does not accept such images.
  Graph build(const Shape& image, int64_t classes) const;
};

std::span<const Model> models();

/// Returns the model called `name`. Throws Error that lists the known models.
const Model& find_model(std::string_view name);

}  // namespace convlab
