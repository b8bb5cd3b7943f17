#include "engine/layer_text.h"

#include <fmt/format.h>

namespace convlab {

std::string kind_text(const LayerDescription& layer) {
  if (layer.parameters == 0) return layer.kind;
  if (layer.frozen) return layer.kind + ", frozen";
  if (layer.learning_rate_factor == 1) return layer.kind;
  return fmt::format("{}, {:g} × learning rate", layer.kind, layer.learning_rate_factor);
}

}  // namespace convlab
