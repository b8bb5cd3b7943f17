#pragma once

#include <vector>

#include "backend/device.h"
#include "nn/network.h"

namespace convlab {

/// Runs a Graph without optimizations: each tensor has its own memory, layers are not folded, views
/// are copies, and memory not yet written holds NaN. Parameters are copies of a Network's.
class ReferenceNetwork {
 public:
  ReferenceNetwork(const Network& network, uint64_t seed, int64_t batch);

  /// One forward pass in Mode::train; one backward pass from `grad_output`.
  std::vector<float> forward(const std::vector<float>& input);
  void backward(const std::vector<float>& grad_output);

  /// Returns all gradients in the order of Network::parameters; NaN for a parameter that does not
  /// affect the output.
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
  std::vector<Tensor> grads_;  // by value; null until written
};

}  // namespace convlab
