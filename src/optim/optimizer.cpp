#include "optim/optimizer.h"

#include <algorithm>
#include <array>

namespace convlab {

namespace {

/// Elements [begin, end) of a flat tensor.
Tensor part(const Tensor& tensor, int64_t begin, int64_t end) {
  return {{end - begin}, tensor.dtype, tensor.data() + begin};
}

}  // namespace

void Optimizer::update(Backend& backend, const Tensor& values, const Tensor& grads,
                       std::span<const Tensor> states, int64_t weight_elements) const {
  const auto decay = static_cast<float>(decay_.weight_decay);
  const int64_t count = values.elements();
  if (decay == 0 || decay_.decay_biases || weight_elements == count)
    return update_part(backend, decay, values, grads, states);
  const auto update_range = [&](int64_t begin, int64_t end, float weight_decay) {
    std::array<Tensor, max_states> parts;
    std::transform(states.begin(), states.end(), parts.begin(),
                   [=](const Tensor& state) { return part(state, begin, end); });
    update_part(backend, weight_decay, part(values, begin, end), part(grads, begin, end),
                std::span<const Tensor>(parts).first(states.size()));
  };
  update_range(0, weight_elements, decay);
  update_range(weight_elements, count, 0);
}

}  // namespace convlab
