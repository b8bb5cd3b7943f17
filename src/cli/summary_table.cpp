#include "cli/summary_table.h"

#include <vector>

#include "cli/table.h"
#include "cli/text.h"
#include "core/error.h"
#include "nn/network_plan.h"

namespace convlab {

namespace {

std::string count(int64_t value) { return with_commas(static_cast<double>(value)); }

std::string count_or_nothing(int64_t value) { return value == 0 ? "" : count(value); }

uint64_t float_bytes(int64_t elements) { return static_cast<uint64_t>(elements) * sizeof(float); }

bool is_chain(const Graph& graph) {
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    if (graph.nodes()[i].inputs != std::vector{i}) return false;
  }
  return true;
}

std::string input_names(const Graph& graph, const Node& node) {
  std::string names;
  for (const size_t value : node.inputs)
    names.append(names.empty() ? "" : ", ")
        .append(value == 0 ? "input" : graph.nodes()[value - 1].name);
  return names;
}

std::vector<Column> layer_columns(const Graph& graph, int64_t batch) {
  const GraphFacts facts(graph, Mode::train);
  const auto activations = [batch](const Shape& shape) {
    return bytes_text(float_bytes(shape.with_batch(batch).elements()));
  };
  Column names{"Layer", Align::left, {"input"}};
  Column kinds{"Kind", Align::left, {""}};
  Column shapes{"Output", Align::left, {graph.input_shape().str()}};
  Column parameters{"Parameters", Align::right, {""}};
  Column flops{"FLOPs", Align::right, {""}};
  Column memory{"Activations", Align::right, {activations(graph.input_shape())}};
  Column inputs{"Inputs", Align::left, {""}};
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    int64_t elements = 0;
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes))
      elements += spec.shape.elements();
    const bool is_own = !facts.folded[i] && !node.layer->is_view(Mode::train);
    names.cells.push_back(node.name);
    kinds.cells.push_back(concat(node.layer->kind(), node.frozen ? ", frozen" : ""));
    shapes.cells.push_back(node.output_shape.str());
    parameters.cells.push_back(count_or_nothing(elements));
    flops.cells.push_back(count_or_nothing(node.layer->flops(node.input_shapes)));
    memory.cells.push_back(is_own ? activations(node.output_shape) : "-");
    inputs.cells.push_back(input_names(graph, node));
  }
  std::vector<Column> columns{std::move(names),      std::move(kinds), std::move(shapes),
                              std::move(parameters), std::move(flops), std::move(memory)};
  if (!is_chain(graph)) columns.push_back(std::move(inputs));
  return columns;
}

std::string totals(const Graph& graph, const Backend& backend, int64_t batch) {
  const int64_t all = graph.parameter_count();
  const int64_t trainable = graph.trainable_parameter_count();
  const auto planned = [&](Mode mode) {
    return bytes_text(
        NetworkPlan(graph, GraphFacts(graph, mode), backend, mode, batch).memory.bytes);
  };
  const auto row = [](const std::string& name, const auto&... parts) {
    constexpr size_t name_width = 15;
    return concat(name, std::string(name_width - name.size(), ' '), parts..., "\n");
  };
  return row("Parameters", count(all), ": ", count(trainable), " trainable, ",
             count(all - trainable), " not trainable") +
         row("FLOPs", count(graph.flops()), " forward, ", count(graph.training_flops()),
             " per training step, for one image") +
         row("Weights", bytes_text(float_bytes(all)), ", gradients ",
             bytes_text(float_bytes(trainable))) +
         row(concat("Batch of ", batch), planned(Mode::eval), " to evaluate, ",
             planned(Mode::train), " to train, besides weights and gradients");
}

}  // namespace

std::string summary_table(const Graph& graph, const std::string& title, const Backend& backend,
                          int64_t batch) {
  return concat(title, "\n\n", table_text(layer_columns(graph, batch)),
                totals(graph, backend, batch));
}

}  // namespace convlab
