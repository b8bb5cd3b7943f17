#pragma once

#include <vector>

#include "backend/device.h"
#include "nn/network.h"

namespace convlab {

/// Runs a Graph as naively as possible: each tensor has memory of its own, nothing is folded, no
/// view shares anything, and all that was not written is NaN. Parameters are copies of a Network's.
class ReferenceNetwork {
 public:
  ReferenceNetwork(const Network& network, uint64_t seed, int64_t batch);

  /// One forward pass in Mode::train, and backward from `grad_output`.
  std::vector<float> forward(const std::vector<float>& input);
  void backward(const std::vector<float>& grad_output);

  /// All gradients, in the order of Network::parameters; NaN for a parameter that the output does
  /// not depend on.
  std::vector<std::vector<float>> parameter_grads();

 private:
  Pass pass(size_t node);

  const Graph& graph_;
  Device device_;
  uint64_t seed_;
  int64_t batch_;
  std::vector<std::vector<Parameter>> parameters_;  // by node
  std::vector<std::vector<Tensor>> saved_;
  std::vector<std::vector<OpSlot>> slots_;
  std::vector<Tensor> values_;
  std::vector<Tensor> grads_;  // by value; null until something wrote it
};

}  // namespace convlab
