#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/options.h"

namespace convlab {

/// Documentation of a kind of layer, apart from its options; each layer class has one as its static
/// member `info`. The texts are shown after a colon, so they start in lower case and end without a
/// full stop.
struct LayerInfo {
  std::string_view summary;  ///< one line for a table, at most 58 bytes
  std::string_view shapes;  ///< per-sample shapes of inputs and output; parameters and their shapes
  std::string_view source;  ///< the paper; empty if there is none
  std::string_view keras;   ///< name in Keras, whose defaults the options use; empty if none
  std::string_view pytorch;  ///< name in PyTorch, and how its defaults or meaning differ
  std::string_view example;  ///< a whole model as a JSON document (io/graph_json.h)
};

/// The info of one kind of layer with its options.
struct LayerPage {
  std::string_view kind;
  const LayerInfo& info;
  std::vector<OptionField> (*options)();
};

/// The options of one kind of layer.
struct LayerOptions {
  std::string_view kind;
  std::vector<OptionField> (*options)();
};

/// Returns one entry per kind of layer, without the texts of LayerInfo.
std::span<const LayerOptions> layer_options();

/// Returns one page per kind of layer. Only programs that call this function link the texts (about
/// 15 KB); the engine of the web page does not.
std::span<const LayerPage> layer_pages();

}  // namespace convlab
