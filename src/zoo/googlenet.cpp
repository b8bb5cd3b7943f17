#include <array>

#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/global_pool2d.h"
#include "nn/local_response_norm.h"
#include "nn/merge.h"
#include "nn/pool2d.h"
#include "zoo/blocks.h"
#include "zoo/builders.h"

namespace convlab {

namespace {

/// A row of the paper's table 1: the number of filters of the 1×1 convolution, of the reduction
/// before the 3×3 convolution and that convolution, the same for 5×5, and of the projection after
/// pooling.
struct Inception {
  int64_t one, reduce3, three, reduce5, five, project;
};

size_t pool(Graph& graph, size_t input, int64_t stride) {
  return graph.add(std::make_unique<MaxPool2d>(
                       Pool2dOptions{.window = 3, .stride = stride, .padding = Padding::same}),
                   {input});
}

size_t conv(Graph& graph, size_t input, int64_t filters, int64_t kernel, int64_t stride = 1) {
  return conv_relu(graph, input, padded_equally(filters, kernel, stride));
}

/// The module of figure 2 (b).
size_t inception(Graph& graph, size_t input, const Inception& filters) {
  const size_t one = conv(graph, input, filters.one, 1);
  const size_t three = conv(graph, conv(graph, input, filters.reduce3, 1), filters.three, 3);
  const size_t five = conv(graph, conv(graph, input, filters.reduce5, 1), filters.five, 5);
  const size_t pooled = conv(graph, pool(graph, input, 1), filters.project, 1);
  return graph.add(std::make_unique<Concat>(), {one, three, five, pooled});
}

constexpr std::array block3{Inception{64, 96, 128, 16, 32, 32},
                            Inception{128, 128, 192, 32, 96, 64}};
constexpr std::array block4{
    Inception{192, 96, 208, 16, 48, 64}, Inception{160, 112, 224, 24, 64, 64},
    Inception{128, 128, 256, 24, 64, 64}, Inception{112, 144, 288, 32, 64, 64},
    Inception{256, 160, 320, 32, 128, 128}};
constexpr std::array block5{Inception{256, 160, 320, 32, 128, 128},
                            Inception{384, 192, 384, 48, 128, 128}};

}  // namespace

// Szegedy et al. 2014, table 1, without the auxiliary classifiers. The paper does not say how it
// normalises; these constants, and the padding, are those of Caffe's bvlc_googlenet, whose weights
// need them. Caffe divides its alpha of 1e-4 by the size.
Graph googlenet(const Shape& image, int64_t classes) {
  Graph graph(image);
  const auto norm = [&graph](size_t input) {
    return graph.add(std::make_unique<LocalResponseNorm>(
                         LocalResponseNormOptions{.size = 5, .bias = 1, .alpha = 2e-5}),
                     {input});
  };
  size_t value = norm(pool(graph, conv(graph, 0, 64, 7, 2), 2));
  value = norm(conv(graph, conv(graph, value, 64, 1), 192, 3));
  value = pool(graph, value, 2);
  for (const Inception& filters : block3) value = inception(graph, value, filters);
  value = pool(graph, value, 2);
  for (const Inception& filters : block4) value = inception(graph, value, filters);
  value = pool(graph, value, 2);
  for (const Inception& filters : block5) value = inception(graph, value, filters);
  value = graph.add(std::make_unique<GlobalAvgPool2d>(), {value});
  value = graph.add(std::make_unique<Dropout>(DropoutOptions{.rate = 0.4}), {value});
  graph.add(std::make_unique<Dense>(DenseOptions{.units = classes}), {value});
  return graph;
}

}  // namespace convlab
