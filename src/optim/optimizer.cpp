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

Optimizer::Rates Optimizer::rates_of(const TrainableRange& range) const {
  const bool decays = range.are_weights || decay_.decay_biases;
  return {.weight_decay = decays ? static_cast<float>(decay_.weight_decay) : 0,
          .learning_rate_factor = range.learning_rate_factor};
}

void Optimizer::update(Backend& backend, const Tensor& values, const Tensor& grads,
                       std::span<const Tensor> states,
                       std::span<const TrainableRange> ranges) const {
  for (size_t first = 0, next = 0; first < ranges.size(); first = next) {
    const Rates rates = rates_of(ranges[first]);
    while (next < ranges.size() && rates_of(ranges[next]) == rates) ++next;
    const int64_t begin = ranges[first].begin;
    const int64_t end = ranges[next - 1].end;
    std::array<Tensor, max_states> parts;
    std::transform(states.begin(), states.end(), parts.begin(),
                   [=](const Tensor& state) { return part(state, begin, end); });
    update_part(backend, rates, part(values, begin, end), part(grads, begin, end),
                std::span<const Tensor>(parts).first(states.size()));
  }
}

}  // namespace convlab
