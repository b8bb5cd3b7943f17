#pragma once

#include <array>
#include <span>
#include <string_view>

#include "nn/graph.h"

namespace convlab {

/// A named model. It fits any image size that its layers allow and any number of classes.
struct Model {
  std::string_view name;
  std::string_view title;
  std::string_view description;  ///< one sentence
  std::string_view source;       ///< paper, or where it was published
  Graph (*layers)(const Shape& image, int64_t classes);
  std::array<int64_t, 3> default_image{28, 28,
                                       1};  ///< height, width, channels: where it comes from
  int64_t default_classes = 10;

  Shape image() const { return {default_image[0], default_image[1], default_image[2]}; }

  /// The network for images (height, width, channels) and so many classes. Throws Error, naming
  /// the model, for an image that it does not take.
  Graph build(const Shape& image, int64_t classes) const;
};

std::span<const Model> models();

/// Throws Error that lists the known ones.
const Model& find_model(std::string_view name);

}  // namespace convlab
