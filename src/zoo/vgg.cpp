#include <array>
#include <span>

#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/flatten.h"
#include "nn/pool2d.h"
#include "nn/sequential.h"
#include "zoo/builders.h"

namespace convlab {

namespace {

/// Marks a pooling layer in a list of filter counts.
constexpr int64_t pool = 0;

/// Simonyan and Zisserman 2015, table 1, with the dropout of section 3.1.
Graph vgg(const Shape& image, int64_t classes, std::span<const int64_t> body) {
  Sequential network(image);
  for (const int64_t filters : body) {
    if (filters == pool) {
      network.add<MaxPool2d>();
    } else {
      network
          .add<Conv2d>(Conv2dOptions{
              .filters = filters, .padding = Padding::same, .initializer = Initializer::he_uniform})
          .add<Relu>();
    }
  }
  network.add<Flatten>();
  for (int i = 0; i < 2; ++i) {
    network.add<Dense>(DenseOptions{.units = 4096, .initializer = Initializer::he_uniform})
        .add<Relu>()
        .add<Dropout>(DropoutOptions{.rate = 0.5});
  }
  return network.add<Dense>(DenseOptions{.units = classes}).graph();
}

}  // namespace

Graph vgg11(const Shape& image, int64_t classes) {
  constexpr std::array<int64_t, 13> body{64,  pool, 128,  pool, 256, 256, pool,
                                         512, 512,  pool, 512,  512, pool};
  return vgg(image, classes, body);
}

Graph vgg16(const Shape& image, int64_t classes) {
  constexpr std::array<int64_t, 18> body{64,   64,  pool, 128, 128,  pool, 256, 256, 256,
                                         pool, 512, 512,  512, pool, 512,  512, 512, pool};
  return vgg(image, classes, body);
}

}  // namespace convlab
