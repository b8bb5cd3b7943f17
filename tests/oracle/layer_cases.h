#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "nn/registry.h"

namespace convlab {

/// A layer to compare: its options and what it reads.
struct LayerCase {
  std::string_view kind;
  Options options;
  std::vector<Shape> inputs;  ///< of a sample
  int64_t batch = 1;
  float scale = 1;    ///< inputs lie within ± this
  bool relu = false;  ///< an activation follows, which the layer computes itself
};

/// What a kind of layer reads.
enum class Inputs : uint8_t {
  any,      ///< an image or a vector
  image,    ///< (height, width, channels)
  vector,   ///< (features)
  equal,    ///< two or three of one shape
  gate,     ///< two of one shape, or an image and a number for each channel
  columns,  ///< two or three that differ in their last dimension
};

/// How to draw cases of one kind of layer.
struct LayerDraw {
  std::string_view kind;
  Inputs inputs = Inputs::any;
  size_t cases = 3;
  Options needed = {};                                                      ///< have no default
  std::vector<std::pair<std::string, std::vector<OptionValue>>> more = {};  ///< values to draw from
  float scale = 1;
};

/// One for each registered kind; throws Error that names a kind without.
const std::vector<LayerDraw>& layer_draws();

/// Random cases, the same in every run.
std::vector<LayerCase> draw_cases(const LayerDraw& draw);

/// A layer of random options that accepts an input of this shape.
std::unique_ptr<Layer> draw_layer(const LayerDraw& draw, const Shape& input, Random& random);

}  // namespace convlab
