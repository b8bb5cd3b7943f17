#include "nn/layer_info.h"

#include "nn/layer_list.h"

namespace convlab {

namespace {

struct PageRow {
  template <class Kind, class Aggregate>
  static constexpr LayerPage of(std::string_view kind) {
    return {kind, Kind::info, list_options<Aggregate>};
  }
};

constexpr auto pages = layer_table<PageRow>();

}  // namespace

std::span<const LayerPage> layer_pages() { return pages; }

}  // namespace convlab
