#pragma once

#include <array>
#include <string_view>

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

struct NoOptions {
  template <class Visitor>
  void visit(Visitor&) {}
};

/// The list of all kinds of layers, from which every table of layers is generated. A table holds
/// Row::of<Class, Options>(kind) for each kind, so a program that creates layers but shows no info
/// does not contain the info texts.
template <class Row>
constexpr auto layer_table() {
  return std::array{
      Row::template of<Add, NoOptions>("add"),
      Row::template of<AvgPool2d, Pool2dOptions>("avg_pool2d"),
      Row::template of<BatchNorm, BatchNormOptions>("batch_norm"),
      Row::template of<Concat, NoOptions>("concat"),
      Row::template of<Conv2d, Conv2dOptions>("conv2d"),
      Row::template of<ConvTranspose2d, ConvTranspose2dOptions>("conv_transpose2d"),
      Row::template of<Dense, DenseOptions>("dense"),
      Row::template of<DepthwiseConv2d, DepthwiseConv2dOptions>("depthwise_conv2d"),
      Row::template of<Dropout, DropoutOptions>("dropout"),
      Row::template of<Elu, EluOptions>("elu"),
      Row::template of<Flatten, NoOptions>("flatten"),
      Row::template of<Gelu, NoOptions>("gelu"),
      Row::template of<GlobalAvgPool2d, NoOptions>("global_avg_pool2d"),
      Row::template of<GlobalMaxPool2d, NoOptions>("global_max_pool2d"),
      Row::template of<GroupNorm, GroupNormOptions>("group_norm"),
      Row::template of<HardSwish, NoOptions>("hard_swish"),
      Row::template of<LayerNorm, LayerNormOptions>("layer_norm"),
      Row::template of<LeakyRelu, LeakyReluOptions>("leaky_relu"),
      Row::template of<LocalResponseNorm, LocalResponseNormOptions>("local_response_norm"),
      Row::template of<MaxPool2d, Pool2dOptions>("max_pool2d"),
      Row::template of<Multiply, NoOptions>("multiply"),
      Row::template of<Relu, NoOptions>("relu"),
      Row::template of<Relu6, NoOptions>("relu6"),
      Row::template of<Rescale, RescaleOptions>("rescale"),
      Row::template of<Reshape, ReshapeOptions>("reshape"),
      Row::template of<SeparableConv2d, SeparableConv2dOptions>("separable_conv2d"),
      Row::template of<Sigmoid, NoOptions>("sigmoid"),
      Row::template of<Silu, NoOptions>("silu"),
      Row::template of<Softmax, NoOptions>("softmax"),
      Row::template of<SpatialDropout, DropoutOptions>("spatial_dropout"),
      Row::template of<Tanh, NoOptions>("tanh"),
      Row::template of<UpSample2d, UpSample2dOptions>("up_sample2d"),
      Row::template of<ZeroPad2d, ZeroPad2dOptions>("zero_pad2d"),
  };
}

}  // namespace convlab
