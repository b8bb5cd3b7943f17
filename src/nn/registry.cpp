#include "nn/registry.h"

#include <array>

#include "core/find_named.h"
#include "nn/conv2d.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/flatten.h"
#include "nn/max_pool2d.h"
#include "nn/relu.h"

namespace convlab {

namespace {

struct NoOptions {
  template <class Visitor>
  void visit(Visitor&) {}
};

template <class Kind>
std::unique_ptr<Layer> make_plain(const Options& options) {
  auto layer = std::make_unique<Kind>();
  read_options<NoOptions>(layer->kind(), options);
  return layer;
}

constexpr std::array kinds{
    LayerKind{"conv2d",
              [](const Options& o) -> std::unique_ptr<Layer> {
                return std::make_unique<Conv2d>(read_options<Conv2dOptions>("conv2d", o));
              }},
    LayerKind{"dense",
              [](const Options& o) -> std::unique_ptr<Layer> {
                return std::make_unique<Dense>(read_options<DenseOptions>("dense", o));
              }},
    LayerKind{"dropout",
              [](const Options& o) -> std::unique_ptr<Layer> {
                return std::make_unique<Dropout>(read_options<DropoutOptions>("dropout", o));
              }},
    LayerKind{"flatten", make_plain<Flatten>},
    LayerKind{"max_pool2d",
              [](const Options& o) -> std::unique_ptr<Layer> {
                return std::make_unique<MaxPool2d>(read_options<MaxPool2dOptions>("max_pool2d", o));
              }},
    LayerKind{"relu", make_plain<Relu>},
};

}  // namespace

std::span<const LayerKind> layer_kinds() { return kinds; }

std::unique_ptr<Layer> make_layer(std::string_view kind, const Options& options) {
  return find_named("layer", kind, kinds, &LayerKind::kind).make(options);
}

}  // namespace convlab
