#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nn/input_normalization.h"
#include "nn/layer.h"
#include "nn/layer_names.h"

namespace convlab {

/// A layer in a Graph.
struct Node {
  std::string name;  ///< unique: "conv2d_1"
  std::shared_ptr<const Layer> layer;
  std::vector<size_t> inputs;  ///< input values: 0 is the graph's input, i + 1 the output of node i
  std::vector<Shape> input_shapes;
  Shape output_shape;
  bool frozen = false;  ///< parameters are not trained; normalisation statistics are not updated
  double learning_rate_factor = 1;  ///< of the optimizer's learning rate, for the parameters

  /// Returns whether the node has trainable parameters.
  bool trainable() const;
};

/// Returns the shape of a layer's output. Throws Error for input shapes that the layer does not
/// accept, an output of more than 2^30 elements, or Layer::max_flops or more.
Shape checked_output_shape(const Layer& layer, std::span<const Shape> inputs);

/// Throws Error unless the factor is at least 0.000001 and at most 1000.
void check_learning_rate_factor(double factor);

/// The structure of a network: layers in topological order. Copies share the layers. The output of
/// the last layer is the output of the graph. Shapes are per sample. Holds no tensors: see Network.
class Graph {
 public:
  explicit Graph(Shape input);

  /// Adds a layer that reads the given values (see Node::inputs) and returns the index of its
  /// output value. An empty name is replaced by the kind and a number. Throws Error, with the
  /// node's name, for what checked_output_shape refuses, an unknown value or a name that is already
  /// used.
  size_t add(std::shared_ptr<const Layer> layer, std::vector<size_t> inputs, std::string name = "");
  /// Adds a layer that reads the last value.
  size_t append(std::shared_ptr<const Layer> layer, std::string name = "");

  /// Removes the last layer.
  void remove_last();

  /// Returns the layers `first` to `last` as a graph of its own, which shares them: its input is
  /// value `first`. The names stay, so that the parameters keep theirs. Throws Error if one of them
  /// reads another value from outside, or for layers that do not exist.
  Graph subgraph(size_t first, size_t last) const;

  /// Freezes the parameters of a node or makes them trainable again. Has no effect on a Network
  /// that was created before.
  void set_frozen(size_t node, bool frozen) { nodes_.at(node).frozen = frozen; }
  /// Trains the parameters of a node with the learning rate times this factor. Has no effect on a
  /// Network that was created before. Throws Error like check_learning_rate_factor.
  void set_learning_rate_factor(size_t node, double factor);

  /// Sets how the bytes of an image become the input. The channels are the last dimension of the
  /// input shape. Throws Error and changes nothing if InputNormalization::check refuses it.
  void set_normalization(InputNormalization normalization);
  const InputNormalization& normalization() const { return normalization_; }

  const Shape& input_shape() const { return input_; }
  /// Returns the last dimension of the input shape.
  int64_t input_channels() const { return input_[input_.rank() - 1]; }
  const Shape& output_shape() const { return value_shape(nodes_.size()); }
  const Shape& value_shape(size_t value) const;
  const std::vector<Node>& nodes() const { return nodes_; }
  /// Returns how many times a value is an input of a node.
  size_t consumers(size_t value) const;

  int64_t parameter_count() const;
  /// Returns the number of trainable parameters.
  int64_t trainable_parameter_count() const;
  /// FLOPs of a forward pass over one sample.
  int64_t flops() const;
  /// FLOPs of a training step per sample: forward, parameter gradients, and input gradients where a
  /// preceding layer is trainable.
  int64_t training_flops() const;

 private:
  Shape input_;
  InputNormalization normalization_;
  std::vector<Node> nodes_;
  LayerNames names_;
};

}  // namespace convlab
