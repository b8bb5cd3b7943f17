#include "engine/check_model.h"

#include <fmt/format.h>
#include <utility>

#include "io/graph_json.h"

namespace convlab {

namespace {

/// Reports an input or output of the network that the data does not have.
void check_data(const Graph& graph, const CheckModel& request, ModelCheck& result) {
  if (request.image.rank() > 0 && graph.input_shape() != request.image) {
    result.problems.push_back(
        {.path = {"input"},
         .message =
             fmt::format("the network expects images of {}, but the images of the data are {}",
                         graph.input_shape(), request.image)});
  }
  if (request.classes > 0 && graph.output_shape() != Shape{request.classes}) {
    const size_t last = graph.nodes().size() - 1;
    result.problems.push_back(
        {.layer = static_cast<int64_t>(last),
         .where = fmt::format("layer {}", last + 1),
         .message = fmt::format(
             "the network's output has the shape {}, but the data has {} classes; expected {}",
             graph.output_shape(), request.classes, Shape{request.classes})});
  }
}

}  // namespace

ModelCheck check_model(const CheckModel& request) {
  const GraphReading reading = read_graph_json(request.architecture);
  const auto& [problems, names, shapes, graph] = reading.checked;
  ModelCheck result;
  for (size_t i = 0; i < problems.size(); ++i) {
    const Problem& problem = problems[i];
    const TextPosition& position = reading.positions[i];
    result.problems.push_back({.layer = problem.layer ? static_cast<int64_t>(*problem.layer) : -1,
                               .path = problem.path,
                               .option = problem.option(),
                               .where = problem.where,
                               .message = problem.message,
                               .line = position.line,
                               .column = position.column});
  }
  for (size_t i = 0; i < names.size(); ++i)
    result.layers.push_back({names[i], shapes[i + 1].value_or(Shape())});
  if (graph) check_data(*graph, request, result);
  return result;
}

}  // namespace convlab
