#include "engine/describe_model.h"

#include "core/error.h"
#include "nn/network_plan.h"

namespace convlab {

namespace {

std::vector<std::string> input_names(const Graph& graph, const Node& node) {
  std::vector<std::string> names;
  for (const size_t value : node.inputs)
    names.push_back(value == 0 ? "input" : graph.nodes()[value - 1].name);
  return names;
}

}  // namespace

ModelDescription describe_model(const Graph& graph, const std::string& model,
                                const Backend& backend, int64_t batch) {
  if (batch < 1) fail("[model] a batch of {}; expected at least 1", batch);
  const auto planned = [&](Mode mode) {
    return NetworkPlan(graph, backend, {.mode = mode, .batch = batch}).memory.bytes;
  };
  ModelDescription result{.model = model,
                          .input = graph.input_shape(),
                          .parameters = graph.parameter_count(),
                          .trainable_parameters = graph.trainable_parameter_count(),
                          .flops = graph.flops(),
                          .training_flops = graph.training_flops(),
                          .batch = batch,
                          .train_bytes = planned(Mode::train),
                          .eval_bytes = planned(Mode::eval)};
  const GraphFacts facts(graph, Mode::train);
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    int64_t parameters = 0;
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes))
      parameters += spec.shape.elements();
    result.layers.push_back({.name = node.name,
                             .kind = std::string(node.layer->kind()),
                             .inputs = input_names(graph, node),
                             .output = node.output_shape,
                             .frozen = node.frozen,
                             .learning_rate_factor = node.learning_rate_factor,
                             .parameters = parameters,
                             .flops = node.layer->flops(node.input_shapes),
                             .has_memory = !facts.folded[i] && !node.layer->is_view(Mode::train)});
  }
  return result;
}

}  // namespace convlab
