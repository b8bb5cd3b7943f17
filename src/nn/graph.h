#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "nn/layer.h"

namespace convlab {

/// One layer's place in a Graph.
struct Node {
  std::string name;  ///< unique: "conv2d_1"
  std::unique_ptr<Layer> layer;
  std::vector<size_t>
      inputs;  ///< values that it reads: 0 is the graph's input, i + 1 the output of node i
  std::vector<Shape> input_shapes;
  Shape output_shape;
  bool frozen = false;  ///< its parameters do not learn; a normalisation keeps its statistics

  /// It has parameters that learn.
  bool trainable() const;
};

/// The structure of a network: layers in an order in which each follows its inputs. The last one's
/// output is the graph's. Shapes are of one sample. Holds no tensors: see Network.
class Graph {
 public:
  explicit Graph(Shape input);

  /// Adds a layer on the given values (see Node::inputs) and returns the value that it makes. An
  /// empty name becomes its kind and a number. Throws Error, naming the node, for a shape the layer
  /// refuses, more than 2^30 numbers, an unknown value or a taken name.
  size_t add(std::unique_ptr<Layer> layer, std::vector<size_t> inputs, std::string name = "");
  /// Adds a layer on the last value.
  size_t append(std::unique_ptr<Layer> layer, std::string name = "");

  /// Keeps the parameters of a node as they are, or lets them learn again. Has no effect on a
  /// Network that was made before.
  void set_frozen(size_t node, bool frozen) { nodes_.at(node).frozen = frozen; }

  const Shape& input_shape() const { return input_; }
  const Shape& output_shape() const { return value_shape(nodes_.size()); }
  const Shape& value_shape(size_t value) const;
  const std::vector<Node>& nodes() const { return nodes_; }
  /// How many nodes read a value.
  size_t consumers(size_t value) const;

  int64_t parameter_count() const;
  /// Of those, how many learn.
  int64_t trainable_parameter_count() const;
  /// Forward pass over one sample.
  int64_t flops() const;
  /// A training step, per sample: forward, the gradient of the parameters, and that of the inputs
  /// except where nothing before them is trainable.
  int64_t training_flops() const;

 private:
  struct Numbers {
    int64_t count = 0;  // layers of the kind
    int64_t last = 0;   // the number in the last name that was made for it
  };

  Shape input_;
  std::vector<Node> nodes_;
  std::set<std::string> names_;             // of the nodes
  std::map<std::string, Numbers> numbers_;  // by kind
};

}  // namespace convlab
