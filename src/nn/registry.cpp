#include "nn/registry.h"

#include <type_traits>

#include "core/find_named.h"
#include "nn/layer_list.h"

namespace convlab {

namespace {

template <class Kind, class Aggregate>
std::unique_ptr<Layer> make(std::string_view kind, const Options& options) {
  const auto aggregate = read_options<Aggregate>(kind, options);
  if constexpr (std::is_same_v<Aggregate, NoOptions>) {
    return std::make_unique<Kind>();
  } else {
    return std::make_unique<Kind>(aggregate);
  }
}

struct KindRow {
  template <class Kind, class Aggregate>
  static constexpr LayerKind of(std::string_view kind) {
    return {kind, make<Kind, Aggregate>};
  }
};

constexpr auto kinds = layer_table<KindRow>();

}  // namespace

std::span<const LayerKind> layer_kinds() { return kinds; }

std::unique_ptr<Layer> make_layer(std::string_view kind, const Options& options) {
  return find_named("layer", kind, kinds, &LayerKind::kind).make(kind, options);
}

}  // namespace convlab
