#include "nn/registry.h"

#include <array>
#include <type_traits>

#include "core/find_named.h"
#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/conv2d.h"
#include "nn/conv_transpose2d.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/flatten.h"
#include "nn/global_pool2d.h"
#include "nn/group_norm.h"
#include "nn/local_response_norm.h"
#include "nn/merge.h"
#include "nn/pool2d.h"
#include "nn/reshape.h"
#include "nn/resize2d.h"
#include "nn/separable_conv2d.h"
#include "nn/softmax.h"

namespace convlab {

namespace {

struct NoOptions {
  template <class Visitor>
  void visit(Visitor&) {}
};

template <class Kind, class Aggregate = NoOptions>
std::unique_ptr<Layer> make(std::string_view kind, const Options& options) {
  if constexpr (std::is_same_v<Aggregate, NoOptions>) {
    read_options<NoOptions>(kind, options);
    return std::make_unique<Kind>();
  } else {
    return std::make_unique<Kind>(read_options<Aggregate>(kind, options));
  }
}

constexpr std::array kinds{
    LayerKind{"add", make<Add>},
    LayerKind{"avg_pool2d", make<AvgPool2d, Pool2dOptions>},
    LayerKind{"batch_norm", make<BatchNorm, BatchNormOptions>},
    LayerKind{"concat", make<Concat>},
    LayerKind{"conv2d", make<Conv2d, Conv2dOptions>},
    LayerKind{"conv_transpose2d", make<ConvTranspose2d, ConvTranspose2dOptions>},
    LayerKind{"dense", make<Dense, DenseOptions>},
    LayerKind{"depthwise_conv2d", make<DepthwiseConv2d, DepthwiseConv2dOptions>},
    LayerKind{"dropout", make<Dropout, DropoutOptions>},
    LayerKind{"elu", make<Elu, EluOptions>},
    LayerKind{"flatten", make<Flatten>},
    LayerKind{"gelu", make<Gelu>},
    LayerKind{"global_avg_pool2d", make<GlobalAvgPool2d>},
    LayerKind{"global_max_pool2d", make<GlobalMaxPool2d>},
    LayerKind{"group_norm", make<GroupNorm, GroupNormOptions>},
    LayerKind{"hard_swish", make<HardSwish>},
    LayerKind{"layer_norm", make<LayerNorm, LayerNormOptions>},
    LayerKind{"leaky_relu", make<LeakyRelu, LeakyReluOptions>},
    LayerKind{"local_response_norm", make<LocalResponseNorm, LocalResponseNormOptions>},
    LayerKind{"max_pool2d", make<MaxPool2d, Pool2dOptions>},
    LayerKind{"multiply", make<Multiply>},
    LayerKind{"relu", make<Relu>},
    LayerKind{"relu6", make<Relu6>},
    LayerKind{"rescale", make<Rescale, RescaleOptions>},
    LayerKind{"reshape", make<Reshape, ReshapeOptions>},
    LayerKind{"separable_conv2d", make<SeparableConv2d, SeparableConv2dOptions>},
    LayerKind{"sigmoid", make<Sigmoid>},
    LayerKind{"silu", make<Silu>},
    LayerKind{"softmax", make<Softmax>},
    LayerKind{"spatial_dropout", make<SpatialDropout, DropoutOptions>},
    LayerKind{"tanh", make<Tanh>},
    LayerKind{"up_sample2d", make<UpSample2d, UpSample2dOptions>},
    LayerKind{"zero_pad2d", make<ZeroPad2d, ZeroPad2dOptions>},
};

}  // namespace

std::span<const LayerKind> layer_kinds() { return kinds; }

std::unique_ptr<Layer> make_layer(std::string_view kind, const Options& options) {
  return find_named("layer", kind, kinds, &LayerKind::kind).make(kind, options);
}

}  // namespace convlab
