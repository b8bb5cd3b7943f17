#include "engine/check_model.h"

#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

#include "core/quoted.h"
#include "io/graph_json.h"

namespace convlab {

namespace {

ModelProblem converted(const Problem& problem, const TextPosition& position) {
  return {.layer = problem.layer ? static_cast<int64_t>(*problem.layer) : -1,
          .path = problem.path,
          .option = problem.option(),
          .where = problem.where,
          .message = problem.message,
          .line = position.line,
          .column = position.column};
}

/// Returns the input or output of the network that the data does not have.
std::vector<Problem> check_data(const Graph& graph, const CheckModel& request) {
  std::vector<Problem> problems;
  if (request.image.rank() > 0 && graph.input_shape() != request.image) {
    problems.push_back({.layer = std::nullopt,
                        .path = {"input"},
                        .where = "",
                        .message = fmt::format(
                            "the network expects images of {}, but the images of the data are {}",
                            graph.input_shape(), request.image)});
  }
  if (request.classes > 0 && graph.output_shape() != Shape{request.classes}) {
    const size_t last = graph.nodes().size() - 1;
    problems.push_back(
        {.layer = last,
         .path = {},
         .where = fmt::format("layer {} {}", last + 1, in_quotes(graph.nodes()[last].name)),
         .message = fmt::format(
             "the network's output has the shape {}, but the data has {} classes; expected {}",
             graph.output_shape(), request.classes, Shape{request.classes})});
  }
  return problems;
}

}  // namespace

ModelCheck check_model(const CheckModel& request) {
  const std::string& text = request.architecture;
  const GraphReading reading = read_graph_json(text);
  const auto& [problems, names, shapes, graph] = reading.checked;
  ModelCheck result;
  for (size_t i = 0; i < problems.size(); ++i)
    result.problems.push_back(converted(problems[i], reading.positions[i]));
  for (size_t i = 0; i < names.size(); ++i)
    result.layers.push_back({names[i], shapes[i + 1].value_or(Shape())});
  if (!graph) return result;
  for (const Problem& problem : check_data(*graph, request))
    result.problems.push_back(converted(problem, problem_position(text, problem)));
  return result;
}

}  // namespace convlab
