#include "train/check_fits.h"

#include "core/error.h"

namespace convlab {

void check_fits(const Graph& graph, const Dataset& dataset, const std::string& model) {
  if (graph.input_shape() != dataset.image_shape()) {
    fail("[model] {} expects images of {}, but the {} of {} are {}", model, graph.input_shape(),
         dataset.has_images() ? "images" : "features", dataset.name(), dataset.image_shape());
  }
  if (graph.output_shape() != Shape{dataset.classes()}) {
    fail("[model] {} has the output shape {}, but {} has {} classes", model, graph.output_shape(),
         dataset.name(), dataset.classes());
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
