#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/shape.h"
#include "nn/input_normalization.h"

/// Weights that others have trained, described by assets/pretrained.json: where they come from, how
/// their files name and lay out the tensors, and how images must be prepared for them.
namespace convlab {

/// The order of the dimensions of convolution kernels in a file. With OIHW dense kernels are [out,
/// in], their inputs a flattened (channels, height, width); with HWIO [in, out] and (height, width,
/// channels), as in Keras.
enum class KernelLayout : uint8_t { oihw, hwio };

/// How a library names and lays out the tensors of a layer.
struct TensorNaming {
  KernelLayout layout = KernelLayout::oihw;
  /// By a parameter's name, or by kind of layer and name as "depthwise_conv2d.kernel": what follows
  /// the layer's name in the file, such as ".weight".
  std::map<std::string, std::string> parameters;
};

/// A naming and the names that it gives to the layers with parameters of a network, in their order.
struct LayerNaming {
  TensorNaming naming;
  std::vector<std::string> layers;
};

/// How the bytes of an image become the numbers that the weights were trained on: (x - mean) /
/// deviation for each channel, where x runs from 0 to `range`.
struct Preprocessing {
  bool bgr = false;  ///< channels are blue, green, red; otherwise red, green, blue
  double range = 1;
  std::array<double, 3> mean{};  ///< in the order of the channels
  std::array<double, 3> deviation{1, 1, 1};
  int64_t resize = 256;  ///< pixels of the shorter side before the centre is cut out

  /// The same for the bytes of red, green and blue in this order.
  InputNormalization normalization() const;
};

struct WeightSet {
  std::string name;
  std::string title;
  std::string model;       ///< name in the model zoo
  std::string body;        ///< the last layer before the classifier
  std::string last_block;  ///< the first layer of the block that is fine-tuned
  bool head = true;        ///< whether the file also has the classifier
  Shape image;             ///< (height, width, 3)
  int64_t classes = 0;
  std::string class_names;  ///< file of assets/ with one class per line
  Preprocessing preprocessing;
  std::vector<LayerNaming> namings;
  std::string file;    ///< its name in the cache
  std::string url;     ///< of a safetensors file; empty: none is published
  std::string sha256;  ///< of the file; empty: not known
  std::optional<uint64_t> bytes;
  std::string source;  ///< publication and origin of the weights
  std::string licence;
  std::string get;  ///< how to get a file that has no URL
};

/// Returns the sets of assets/pretrained.json.
std::span<const WeightSet> weight_sets();

/// Returns the names of a set's classes; empty if it has no classifier.
std::vector<std::string> class_names_of(const WeightSet& set);

/// Expands alternatives as a shell does: "fire{2..3}/{a,b}" to fire2/a, fire2/b, fire3/a, fire3/b.
/// Throws Error for a brace without its counterpart and more than 1,000 names.
std::vector<std::string> expand_names(std::string_view pattern);

}  // namespace convlab
