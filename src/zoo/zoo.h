#pragma once

#include <span>
#include <string_view>

#include "nn/graph.h"

namespace convlab {

/// A named model. It fits any image size that its layers allow and any number of classes.
struct Model {
  std::string_view name;
  std::string_view title;
  std::string_view description;  ///< one sentence
  std::string_view source;
  Graph (*build)(const Shape& image, int64_t classes);
};

std::span<const Model> models();

/// Throws Error that lists the known ones.
const Model& find_model(std::string_view name);

}  // namespace convlab
