#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "nn/layer.h"

namespace convlab {

/// A kind of layer, by name.
struct LayerKind {
  std::string_view kind;
  std::unique_ptr<Layer> (*make)(std::string_view kind, const Options& options);
};

/// Every kind of layer there is.
std::span<const LayerKind> layer_kinds();

/// Throws Error that lists the known kinds, or says which option is wrong.
std::unique_ptr<Layer> make_layer(std::string_view kind, const Options& options);

}  // namespace convlab
