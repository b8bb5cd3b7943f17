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

/// Returns all kinds of layers.
std::span<const LayerKind> layer_kinds();

/// Creates a layer. Throws Error for an unknown kind, listing the known ones, or an invalid option.
std::unique_ptr<Layer> make_layer(std::string_view kind, const Options& options);

}  // namespace convlab
