#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "nn/registry.h"

namespace convlab {

/// A layer to compare with Keras: its options and inputs.
struct LayerCase {
  std::string_view kind;
  Options options;
  std::vector<Shape> inputs;  ///< shapes of one sample
  int64_t batch = 1;
  float scale = 1;    ///< inputs lie in [-scale, scale)
  bool relu = false;  ///< a relu follows, which is folded into the layer
};

/// The inputs that a kind of layer accepts.
enum class Inputs : uint8_t {
  any,      ///< an image or a vector
  image,    ///< (height, width, channels)
  vector,   ///< (features)
  equal,    ///< two or three inputs of one shape
  gate,     ///< two inputs of one shape, or an image and one number per channel
  columns,  ///< two or three inputs that differ in their last dimension
};

/// Describes how random cases of one kind of layer are drawn.
struct LayerDraw {
  std::string_view kind;
  Inputs inputs = Inputs::any;
  size_t cases = 3;
  Options needed = {};  ///< options without a default
  std::vector<std::pair<std::string, std::vector<OptionValue>>> more = {};  ///< values to draw from
  float scale = 1;
};

/// Returns one entry per registered kind. Throws Error that names a kind without an entry.
const std::vector<LayerDraw>& layer_draws();

/// Returns random cases, the same in every run.
std::vector<LayerCase> draw_cases(const LayerDraw& draw);

/// Returns a layer with random options that accepts an input of shape `input`.
std::unique_ptr<Layer> draw_layer(const LayerDraw& draw, const Shape& input, Random& random);

}  // namespace convlab
