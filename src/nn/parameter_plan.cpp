#include "nn/parameter_plan.h"

#include <array>

namespace convlab {

namespace {

enum Region : uint8_t { weights, biases, fixed, region_count };

Region region_of(const Node& node, const ParameterSpec& spec) {
  if (node.frozen || spec.role == ParameterRole::statistic) return fixed;
  return spec.role == ParameterRole::weight ? weights : biases;
}

/// Extends the last of a region's ranges to `end`, in bytes, or adds one for another factor.
void add_part(std::vector<TrainableRange>& parts, float factor, uint64_t end) {
  const auto elements = static_cast<int64_t>(end / sizeof(float));
  if (parts.empty() || parts.back().learning_rate_factor != factor)
    parts.push_back(
        {.begin = parts.empty() ? 0 : parts.back().end, .learning_rate_factor = factor});
  parts.back().end = elements;
}

}  // namespace

ParameterPlan::ParameterPlan(const Graph& graph) {
  std::vector<Region> regions;
  std::array<uint64_t, region_count> sizes{};
  std::array<std::vector<TrainableRange>, region_count> parts;
  for (const Node& node : graph.nodes()) {
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes)) {
      const Region region = region_of(node, spec);
      regions.push_back(region);
      places.push_back({sizes[region], region != fixed});
      sizes[region] += align_up(static_cast<uint64_t>(spec.shape.elements()) * sizeof(float));
      if (region != fixed)
        add_part(parts[region], static_cast<float>(node.learning_rate_factor), sizes[region]);
    }
  }
  trainable_bytes = sizes[weights] + sizes[biases];
  bytes = trainable_bytes + sizes[fixed];
  const std::array<uint64_t, region_count> starts{0, sizes[weights], trainable_bytes};
  for (size_t i = 0; i < places.size(); ++i) places[i].offset += starts[regions[i]];
  for (const Region region : {weights, biases}) {
    for (const TrainableRange& part : parts[region]) {
      const auto start = static_cast<int64_t>(starts[region] / sizeof(float));
      ranges.push_back({.begin = start + part.begin,
                        .end = start + part.end,
                        .are_weights = region == weights,
                        .learning_rate_factor = part.learning_rate_factor});
    }
  }
}

}  // namespace convlab
