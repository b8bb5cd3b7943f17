#include "nn/initialize.h"

#include <cmath>

#include "core/random.h"

namespace convlab {

namespace {

double uniform_limit(const ParameterSpec& spec) {
  const auto fan_in = static_cast<double>(spec.fan_in);
  const auto fan_out = static_cast<double>(spec.fan_out);
  return spec.initializer == Initializer::he_uniform ? std::sqrt(6.0 / fan_in)
                                                     : std::sqrt(6.0 / (fan_in + fan_out));
}

}  // namespace

std::vector<float> draw_parameter(const ParameterSpec& spec, uint64_t seed, uint64_t index) {
  std::vector<float> values(static_cast<size_t>(spec.shape.elements()));
  if (spec.initializer == Initializer::zeros) return values;
  if (spec.initializer == Initializer::ones) {
    values.assign(values.size(), 1.0F);
    return values;
  }
  const double limit = uniform_limit(spec);
  Random random(seed, stream_id(RandomStream::weights, index));
  for (float& value : values) {
    value = static_cast<float>(limit * (2.0 * double{to_unit_float(random.next())} - 1.0));
  }
  return values;
}

}  // namespace convlab
