#include "train/check_fits.h"

#include "core/error.h"

namespace convlab {

void check_fits(const Graph& graph, const Dataset& dataset, const std::string& model) {
  if (graph.input_shape() != dataset.image_shape()) {
    fail("[model] ", model, " expects images of ", graph.input_shape(), ", but the images of ",
         dataset.name(), " are ", dataset.image_shape());
  }
  if (graph.output_shape() != Shape{dataset.classes()}) {
    fail("[model] ", model, " has the output shape ", graph.output_shape(), ", but ",
         dataset.name(), " has ", dataset.classes(), " classes");
  }
}

bool fold_final_activation(Graph& graph, const Loss& loss) {
  const auto& nodes = graph.nodes();
  if (loss.activation().empty() || nodes.size() < 2) return false;
  if (nodes.back().layer->kind() != loss.activation()) return false;
  graph.remove_last();
  return true;
}

}  // namespace convlab
