#include "nn/initialize.h"

#include <algorithm>
#include <cmath>

#include "core/normal.h"
#include "core/random.h"
#include "nn/orthogonal.h"

namespace convlab {

namespace {

enum class Distribution : uint8_t { uniform, truncated_normal };

/// A distribution with mean zero and variance numerator / divisor.
struct Scaling {
  double numerator = 1;
  double divisor = 1;
  Distribution distribution = Distribution::uniform;

  double draw(Random& random) const {
    if (distribution == Distribution::uniform) {
      const double limit = std::sqrt(3 * numerator / divisor);
      return limit * (2.0 * double{to_unit_float(random.next())} - 1.0);
    }
    const double deviation = std::sqrt(numerator / divisor);
    return deviation / truncated_normal_deviation * to_truncated_normal(random.next());
  }
};

/// The distribution of an initializer that draws each element independently.
Scaling scaling(const ParameterSpec& spec) {
  const auto fan_in = static_cast<double>(spec.fan_in);
  const auto fans = fan_in + static_cast<double>(spec.fan_out);
  switch (spec.initializer) {
    case Initializer::he_uniform:
      return {2, fan_in, Distribution::uniform};
    case Initializer::he_normal:
      return {2, fan_in, Distribution::truncated_normal};
    case Initializer::lecun_uniform:
      return {1, fan_in, Distribution::uniform};
    case Initializer::lecun_normal:
      return {1, fan_in, Distribution::truncated_normal};
    case Initializer::glorot_normal:
      return {2, fans, Distribution::truncated_normal};
    default:
      return {2, fans, Distribution::uniform};
  }
}

}  // namespace

std::vector<float> draw_parameter(const ParameterSpec& spec, uint64_t seed, uint64_t index) {
  const int64_t count = spec.shape.elements();
  std::vector<float> values(static_cast<size_t>(count));
  Random random(seed, stream_id(RandomStream::weights, index));
  switch (spec.initializer) {
    case Initializer::zeros:
      break;
    case Initializer::ones:
      values.assign(values.size(), 1.0F);
      break;
    case Initializer::constant:
      values.assign(values.size(), static_cast<float>(spec.constant));
      break;
    case Initializer::orthogonal:
      if (count > 0) return draw_orthogonal(spec.shape[0], count / spec.shape[0], random);
      break;
    default: {
      const Scaling numbers = scaling(spec);
      std::generate(values.begin(), values.end(),
                    [&] { return static_cast<float>(numbers.draw(random)); });
    }
  }
  return values;
}

}  // namespace convlab
