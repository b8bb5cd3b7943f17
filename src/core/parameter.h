#pragma once

#include <cstdint>
#include <string>

#include "core/tensor.h"

namespace convlab {

/// How a parameter starts. Fan-in and fan-out are the layer's business and stand beside it in
/// ParameterSpec. glorot_uniform: Glorot and Bengio 2010, eq. 16. he_uniform: He et al. 2015, eq.
/// 10 with a uniform distribution.
enum class Initializer : uint8_t { zeros, ones, glorot_uniform, he_uniform };

/// What a layer says about a parameter before it exists.
struct ParameterSpec {
  std::string name;  ///< within its layer: "kernel", "bias"
  Shape shape;
  Initializer initializer = Initializer::zeros;
  int64_t fan_in = 1;
  int64_t fan_out = 1;
};

/// A trained tensor: a view into the network's flat buffers of values and gradients.
struct Parameter {
  std::string name;  ///< within the network: "conv1.kernel"
  Tensor value;
  Tensor grad;
  uint64_t version = 1;  ///< changes whenever the value does, so that a backend can tell whether
                         ///< packed copies are old
};

}  // namespace convlab
