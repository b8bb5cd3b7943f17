#pragma once

#include <cstdint>
#include <string>

#include "core/tensor.h"

namespace convlab {

/// How a parameter starts. Fan-in and fan-out are the layer's business and stand beside it in
/// ParameterSpec. The variance is 2 / (fan-in + fan-out) of glorot (Glorot and Bengio 2010, eq.
/// 16), 2 / fan-in of he (He et al. 2015, eq. 10) and 1 / fan-in of lecun (LeCun et al. 1998,
/// section 4.6). uniform: within ±√(3 · variance). normal: cut off at two standard deviations and
/// widened until the variance is right again, as in Keras; PyTorch's normal is not cut off.
/// orthogonal: of the first dimension × all others, see draw_orthogonal.
enum class Initializer : uint8_t {
  zeros,
  ones,
  constant,
  glorot_uniform,
  glorot_normal,
  he_uniform,
  he_normal,
  lecun_uniform,
  lecun_normal,
  orthogonal
};

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
  double constant = 0;  ///< of Initializer::constant
};

/// A tensor of a layer: a view into the network's flat buffers of values and gradients.
struct Parameter {
  std::string name;  ///< within the network: "conv1.kernel"
  Tensor value;
  Tensor grad;           ///< null for one that does not learn: a statistic, or of a frozen layer
  uint64_t version = 1;  ///< changes whenever the value does, so that a backend can tell whether
                         ///< packed copies are old
};

}  // namespace convlab
