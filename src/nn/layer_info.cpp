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

struct OptionsRow {
  template <class Kind, class Aggregate>
  static constexpr LayerOptions of(std::string_view kind) {
    return {kind, list_options<Aggregate>};
  }
};

constexpr auto options_table = layer_table<OptionsRow>();
constexpr auto pages = layer_table<PageRow>();

}  // namespace

std::span<const LayerOptions> layer_options() { return options_table; }

std::span<const LayerPage> layer_pages() { return pages; }

}  // namespace convlab
