#include "nn/parameter_plan.h"

#include <array>

namespace convlab {

namespace {

enum Region : uint8_t { weights, biases, fixed, region_count };

Region region_of(const Node& node, const ParameterSpec& spec) {
  if (node.frozen || spec.role == ParameterRole::statistic) return fixed;
  return spec.role == ParameterRole::weight ? weights : biases;
}

}  // namespace

ParameterPlan::ParameterPlan(const Graph& graph) {
  std::vector<Region> regions;
  std::array<uint64_t, region_count> sizes{};
  for (const Node& node : graph.nodes()) {
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes)) {
      const Region region = region_of(node, spec);
      regions.push_back(region);
      places.push_back({sizes[region], region != fixed});
      sizes[region] += align_up(static_cast<uint64_t>(spec.shape.elements()) * sizeof(float));
    }
  }
  weight_bytes = sizes[weights];
  trainable_bytes = weight_bytes + sizes[biases];
  bytes = trainable_bytes + sizes[fixed];
  const std::array<uint64_t, region_count> starts{0, weight_bytes, trainable_bytes};
  for (size_t i = 0; i < places.size(); ++i) places[i].offset += starts[regions[i]];
}

}  // namespace convlab
