#pragma once

#include <cstdint>
#include <string>

#include "core/tensor.h"

namespace convlab {

/// How a parameter starts. Fan-in and fan-out are the layer's business and stand beside it in
/// ParameterSpec. glorot_uniform: Glorot and Bengio 2010, eq. 16. he_uniform: He et al. 2015, eq.
/// 10 with a uniform distribution.
enum class Initializer : uint8_t { zeros, ones, glorot_uniform, he_uniform };

/// weight: of a product; weight decay shrinks it. bias: added, or the scale of a normalisation;
/// weight decay may spare it. statistic: kept by the layer itself, never by the optimizer.
enum class ParameterRole : uint8_t { weight, bias, statistic };

/// What a layer says about a parameter before it exists.
struct ParameterSpec {
  std::string name;  ///< within its layer: "kernel", "bias"
  Shape shape;
  ParameterRole role = ParameterRole::weight;
  Initializer initializer = Initializer::zeros;
  int64_t fan_in = 1;
  int64_t fan_out = 1;
};

/// A tensor of a layer: a view into the network's flat buffers of values and gradients.
struct Parameter {
  std::string name;  ///< within the network: "conv1.kernel"
  Tensor value;
  Tensor grad;  ///< null for one that does not learn: a statistic, or of a frozen layer
  uint64_t version = 1;  ///< changes whenever the value does, so that a backend can tell whether
                         ///< packed copies are old
};

}  // namespace convlab
