#pragma once

#include <cstdint>
#include <string>

#include "core/tensor.h"

namespace convlab {

/// How a parameter is initialised. The layer sets fan-in and fan-out in ParameterSpec. The variance
/// is 2 / (fan-in + fan-out) for glorot (Glorot and Bengio 2010, eq. 16), 2 / fan-in for he (He et
/// al. 2015, eq. 10) and 1 / fan-in for lecun (LeCun et al. 1998, section 4.6). uniform: within
/// ±√(3 · variance). normal: truncated at two standard deviations and rescaled to the right
/// variance, as in Keras (PyTorch does not truncate). orthogonal: of the first dimension × all
/// others, see draw_orthogonal.
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

/// weight: factor of a product; weight decay applies. bias: an added term or the scale of a
/// normalisation; weight decay may exclude it. statistic: updated by the layer itself, never by the
/// optimizer.
enum class ParameterRole : uint8_t { weight, bias, statistic };

/// Description of a parameter that a layer returns before the parameter is allocated.
struct ParameterSpec {
  std::string name;  ///< name within its layer: "kernel", "bias"
  Shape shape;
  ParameterRole role = ParameterRole::weight;
  Initializer initializer = Initializer::zeros;
  int64_t fan_in = 1;
  int64_t fan_out = 1;
  double constant = 0;  ///< value for Initializer::constant
};

/// Trainable parameters that lie next to each other in a network's flat buffers and are updated
/// alike.
struct TrainableRange {
  int64_t begin = 0;  ///< elements
  int64_t end = 0;
  bool are_weights = true;  ///< otherwise biases (ParameterRole)
  float learning_rate_factor = 1;

  bool operator==(const TrainableRange&) const = default;
};

/// A parameter tensor of a layer: a view into the network's flat buffers of values and gradients.
struct Parameter {
  std::string name;  ///< name within the network: "conv1.kernel"
  Tensor value;
  Tensor grad;           ///< null if not trainable: a statistic, or in a frozen layer
  uint64_t version = 1;  ///< changes whenever the value does, so that a backend knows when its
                         ///< packed copy is out of date
};

}  // namespace convlab
