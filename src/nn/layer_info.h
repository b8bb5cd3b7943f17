#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/options.h"

namespace convlab {

/// What a person who builds a network is told of a kind of layer, besides its options; each stands
/// beside its layer as `info`. Texts go on after a colon: no capital, no full stop at the end.
struct LayerInfo {
  std::string_view summary;  ///< at most 58 columns, for a table
  std::string_view shapes;   ///< of its inputs and its output, of one sample; its parameters
  std::string_view source;   ///< the paper; empty for what has none
  std::string_view keras;    ///< its name there, whose defaults the options have; empty: none
  std::string_view pytorch;  ///< its name there, and where its defaults or meaning differ
  std::string_view example;  ///< a whole model as a JSON document (io/graph_json.h)
};

/// The info of one kind of layer with its options.
struct LayerPage {
  std::string_view kind;
  const LayerInfo& info;
  std::vector<OptionField> (*options)();
};

/// One for every kind of layer. Only who calls this links the texts: they are about 15 KB, which
/// the page's engine need not hold.
std::span<const LayerPage> layer_pages();

}  // namespace convlab
