#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/random.h"
#include "core/shape.h"
#include "io/safetensors.h"
#include "nn/graph.h"
#include "pretrained/file_layout.h"
#include "pretrained/weight_set.h"

namespace convlab {

/// A set for LeNet-5 on square images, whose files have PyTorch's layouts and the tensors
/// "conv1.weight" to "fc3.bias".
inline WeightSet lenet5_set(int64_t side, int64_t classes) {
  WeightSet set;
  set.name = "small";
  set.model = "lenet5";
  set.body = "avg_pool2d_2";
  set.last_block = "conv2d_2";
  set.image = {side, side, 3};
  set.classes = classes;
  set.preprocessing.resize = side;
  LayerNaming& torch = set.namings.emplace_back();
  torch.naming.parameters = {{"kernel", ".weight"}, {"bias", ".bias"}};
  torch.layers = {"conv1", "conv2", "fc1", "fc2", "fc3"};
  return set;
}

/// A safetensors file under construction, as another library would write it.
class WeightFile {
 public:
  /// Adds a tensor of floats.
  void add(const std::string& name, const Shape& shape, std::vector<float> values) {
    values_.push_back({name, shape, std::move(values)});
  }
  /// Adds random multiples of 1/64 between -`limit` and `limit`, at most 1: exact in bfloat16.
  void add_random(const std::string& name, const Shape& shape, Random& random, float limit = 1) {
    std::vector<float> values;
    const auto steps = static_cast<int32_t>(limit * 64);
    for (int64_t i = 0; i < shape.elements(); ++i) {
      const auto step = static_cast<int32_t>(random.below(static_cast<uint32_t>(2 * steps + 1)));
      values.push_back(static_cast<float>(step - steps) / 64);
    }
    add(name, shape, std::move(values));
  }

  /// Returns the values of a tensor.
  const std::vector<float>& values(const std::string& name) const {
    for (const Tensor& tensor : values_) {
      if (tensor.name == name) return tensor.values;
    }
    throw std::logic_error("no tensor " + name);
  }

  std::vector<uint8_t> bytes() const {
    SafeTensors file;
    for (const Tensor& tensor : values_) {
      file.tensors.push_back({tensor.name,
                              "F32",
                              tensor.shape,
                              {reinterpret_cast<const uint8_t*>(tensor.values.data()),
                               tensor.values.size() * sizeof(float)}});
    }
    return safetensors_bytes(file);
  }

 private:
  struct Tensor {
    std::string name;
    Shape shape;
    std::vector<float> values;
  };
  std::vector<Tensor> values_;
};

/// Random weights of lenet5_set(16, 3): the body leaves 2×2 pixels with 16 channels.
inline WeightFile lenet5_weights() {
  Random random(1, 0);
  WeightFile file;
  file.add_random("conv1.weight", {6, 3, 5, 5}, random);
  file.add_random("conv1.bias", {6}, random);
  file.add_random("conv2.weight", {16, 6, 5, 5}, random);
  file.add_random("conv2.bias", {16}, random);
  file.add_random("fc1.weight", {120, 64}, random);
  file.add_random("fc1.bias", {120}, random);
  file.add_random("fc2.weight", {84, 120}, random);
  file.add_random("fc2.bias", {84}, random);
  file.add_random("fc3.weight", {3, 84}, random);
  file.add_random("fc3.bias", {3}, random);
  return file;
}

/// A file with the names and shapes of a set's first naming, for a network of it. The values of a
/// tensor are its index times `step`.
inline WeightFile numbered_file(const WeightSet& set, const Graph& graph, float step = 1) {
  WeightFile file;
  const LayerNaming& naming = set.namings.front();
  size_t layer = 0;
  float index = 0;
  for (size_t node = 0; node < graph.nodes().size(); ++node) {
    const Node& each = graph.nodes()[node];
    const auto parameters = each.layer->parameters(each.input_shapes);
    for (const ParameterSpec& parameter : parameters) {
      const auto& suffixes = naming.naming.parameters;
      const auto special = suffixes.find(std::string(each.layer->kind()) + "." + parameter.name);
      const std::string suffix =
          special != suffixes.end() ? special->second : suffixes.at(parameter.name);
      const Shape shape = file_layout(graph, node, parameter, naming.naming.layout).shapes.front();
      file.add(naming.layers.at(layer) + suffix, shape,
               std::vector<float>(static_cast<size_t>(shape.elements()), step * index++));
    }
    layer += parameters.empty() ? 0 : 1;
  }
  return file;
}

}  // namespace convlab
