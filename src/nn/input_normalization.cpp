#include "nn/input_normalization.h"

#include <algorithm>
#include <cmath>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

namespace {

void check_list(const std::vector<float>& values, const char* name, int64_t channels) {
  const auto count = static_cast<int64_t>(values.size());
  if (count != 1 && count != channels) {
    fail("[normalization] the {} has {}; expected 1, or {} for the channels of the input", name,
         counted(count, "number"), channels);
  }
  const auto bad =
      std::find_if_not(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
  if (bad != values.end()) {
    fail("[normalization] number {} of the {} is {}; expected a finite number",
         bad - values.begin() + 1, name, *bad);
  }
}

std::vector<float> for_each_channel(const std::vector<float>& values, int64_t channels) {
  if (values.size() > 1) return values;
  return std::vector<float>(static_cast<size_t>(channels), values.at(0));
}

}  // namespace

void InputNormalization::check(int64_t channels) const {
  check_list(scale, "scale", channels);
  check_list(offset, "offset", channels);
  if (const auto zero = std::find(scale.begin(), scale.end(), 0.0F); zero != scale.end()) {
    fail(
        "[normalization] number {} of the scale is 0, which would hide the input; expected a "
        "number other than 0",
        zero - scale.begin() + 1);
  }
}

std::vector<float> InputNormalization::scales(int64_t channels) const {
  return for_each_channel(scale, channels);
}

std::vector<float> InputNormalization::offsets(int64_t channels) const {
  return for_each_channel(offset, channels);
}

}  // namespace convlab
