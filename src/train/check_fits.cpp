#include "train/check_fits.h"

#include "core/error.h"

namespace convlab {

void check_fits(const Graph& graph, const Dataset& dataset, const std::string& model) {
  if (graph.input_shape() != dataset.image_shape()) {
    fail("[model] ", model, " wants images of ", graph.input_shape(), ", but those of ",
         dataset.name(), " are ", dataset.image_shape());
  }
  if (graph.output_shape() != Shape{dataset.classes()}) {
    fail("[model] ", model, " gives ", graph.output_shape(), " numbers, but ", dataset.name(),
         " has ", dataset.classes(), " classes");
  }
}

}  // namespace convlab
