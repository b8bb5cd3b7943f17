#include "zoo/zoo.h"

#include <array>

#include "core/find_named.h"
#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/flatten.h"
#include "nn/pool2d.h"
#include "nn/sequential.h"

namespace convlab {

namespace {

Graph mnist_mlp(const Shape& image, int64_t classes) {
  return Sequential(image)
      .add<Flatten>()
      .add<Dense>(DenseOptions{.units = 100})
      .add<Relu>()
      .add<Dense>(DenseOptions{.units = classes})
      .graph();
}

Graph mnist_cnn(const Shape& image, int64_t classes) {
  return Sequential(image)
      .add<Conv2d>(Conv2dOptions{.filters = 25})
      .add<Relu>()
      .add<Flatten>()
      .add<Dense>(DenseOptions{.units = 100})
      .add<Relu>()
      .add<Dense>(DenseOptions{.units = classes})
      .graph();
}

Graph simple_convnet(const Shape& image, int64_t classes) {
  return Sequential(image)
      .add<Conv2d>(Conv2dOptions{.filters = 32})
      .add<Relu>()
      .add<MaxPool2d>()
      .add<Conv2d>(Conv2dOptions{.filters = 64})
      .add<Relu>()
      .add<MaxPool2d>()
      .add<Flatten>()
      .add<Dropout>(DropoutOptions{.rate = 0.5})
      .add<Dense>(DenseOptions{.units = classes})
      .graph();
}

constexpr std::array all{
    Model{"mnist-mlp", "Dense network", "One hidden layer of 100 units.",
          "the article's MNIST network", mnist_mlp},
    Model{"mnist-cnn", "MNIST CNN",
          "One convolution with 25 filters, then a hidden layer of 100 units.",
          "the article's MNIST CNN", mnist_cnn},
    Model{"simple-convnet", "Simple convnet",
          "Two convolutions with 32 and 64 filters, each pooled, then dropout.",
          "keras.io, Simple MNIST convnet", simple_convnet},
};

}  // namespace

std::span<const Model> models() { return all; }

const Model& find_model(std::string_view name) {
  return find_named("model", name, all, &Model::name);
}

}  // namespace convlab
