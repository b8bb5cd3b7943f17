#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "explain/results.h"
#include "nn/network.h"

namespace convlab {

/// A network as the methods of this folder use it: from an image to the scores of its classes, and
/// back to gradients. Scores are the outputs before a softmax or sigmoid, be it the network's last
/// layer or part of the loss. A network with one output has two classes, whose scores are -z and z.
/// Passes are those of Mode::eval: weights, statistics and gradients of the parameters stay as they
/// are.
class ScoredNetwork {
 public:
  /// `activation`: what the loss applies to the outputs (Loss::activation). The network must
  /// outlive this. Throws Error unless its input is an image (height, width, channels).
  ScoredNetwork(Network& network, std::string_view activation);

  const Graph& graph() const { return network_.graph(); }
  const Network& network() const { return network_; }
  /// (height, width, channels)
  const Shape& image() const { return graph().input_shape(); }
  int64_t classes() const { return outputs_ == 1 ? 2 : outputs_; }
  /// Number of outputs, one for each class, or 1 for two classes.
  int64_t outputs() const { return outputs_; }
  /// The value (Node::inputs) that holds the scores.
  size_t scores_value() const { return scores_value_; }

  /// Returns an image's bytes [height, width, channels] as the network's input
  /// (Graph::normalization). Throws Error for another number of bytes.
  std::vector<float> input_of(std::span<const uint8_t> pixels) const;
  /// Runs a pass over inputs [batch, height, width, channels] to the end of `spec`, without
  /// last_node to the scores, and returns its output, [batch, outputs]. Mode and batch of `spec`
  /// are set. Throws Error if an output is not finite.
  std::vector<float> forward(std::span<const float> inputs, PassSpec spec = {});
  /// After forward with PassSpec::gradients_of: computes the gradients of the scores of class
  /// `index`, each of which depends only on its own image.
  void backward(int32_t index);
  /// After backward: the gradient of PassSpec::gradients_of[index]. Throws Error if the scores do
  /// not depend on that value.
  std::vector<float> gradient(size_t index) const;
  /// The value `value` of PassSpec::keep.
  std::vector<float> kept(size_t value) const { return read(network_.kept(value)); }
  std::vector<float> read(const Tensor& tensor) const;

  /// Throws Error unless `index` is a class, or -1.
  void check_class(int64_t index) const;
  /// Returns score and probability of class `index`, or of the class with the largest score if
  /// `index` is -1, from the `outputs` of one image.
  ExplainedClass class_of(std::span<const float> outputs, int64_t index) const;
  /// Returns the probability of a class, or its score if the network predicts no probabilities.
  double probability(std::span<const float> outputs, int32_t index) const;

 private:
  Network& network_;
  std::string_view activation_;  // softmax, sigmoid, or empty
  size_t scores_value_ = 0;
  int64_t outputs_ = 0;
  int64_t batch_ = 0;  // of the last pass
};

}  // namespace convlab
