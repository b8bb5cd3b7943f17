#pragma once

#include <vector>

#include "nn/network.h"

namespace convlab {

/// A copy of all parameters of a network, on its device.
class WeightsCopy {
 public:
  /// The network must outlive it. Throws Error if there is not enough memory.
  explicit WeightsCopy(Network& network);

  void take();
  void put_back();
  /// In the order of Network::parameters.
  const std::vector<Tensor>& tensors() const { return tensors_; }

 private:
  Network& network_;
  Buffer buffer_;
  std::vector<Tensor> tensors_;
};

}  // namespace convlab
