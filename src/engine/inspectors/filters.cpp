#include "engine/inspectors/filters.h"

#include <algorithm>

namespace convlab {

namespace {

constexpr int64_t max_filters = 64;

}  // namespace

Filters inspect_filters(Run& run) {
  const Network& network = run.network();
  const auto parameters = network.parameters();
  if (parameters.empty() || !run.data().train->has_images()) return {};
  const Tensor& weights = parameters[0].value;
  const Shape& image = network.graph().input_shape();
  Filters filters;
  filters.count = std::min(weights.shape[0], max_filters);
  if (weights.shape.rank() == 4) {
    filters.height = weights.shape[1];
    filters.width = weights.shape[2];
    filters.channels = weights.shape[3];
  } else if (weights.shape.rank() == 2 && weights.shape[1] == image.elements()) {
    filters.height = image[0];
    filters.width = image[1];
    filters.channels = image[2];
  } else {
    return {};
  }
  const Tensor shown{
      {filters.count, filters.height, filters.width, filters.channels}, DType::f32, weights.memory};
  const std::unique_ptr<ReadBack> read = network.backend().read_back(shown);
  filters.weights.assign(read->values().begin(), read->values().end());
  return filters;
}

}  // namespace convlab
