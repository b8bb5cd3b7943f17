#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/conv2d.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/flatten.h"
#include "nn/global_pool2d.h"
#include "nn/pool2d.h"
#include "nn/sequential.h"
#include "zoo/builders.h"

namespace convlab {

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

Graph cifar_cnn(const Shape& image, int64_t classes) {
  return Sequential(image)
      .add<Conv2d>(Conv2dOptions{.filters = 50, .padding = Padding::same})
      .add<Relu>()
      .add<Conv2d>(Conv2dOptions{.filters = 75, .padding = Padding::same})
      .add<Relu>()
      .add<MaxPool2d>()
      .add<Dropout>(DropoutOptions{.rate = 0.25})
      .add<Conv2d>(Conv2dOptions{.filters = 125, .padding = Padding::same})
      .add<Relu>()
      .add<MaxPool2d>()
      .add<Dropout>(DropoutOptions{.rate = 0.25})
      .add<Flatten>()
      .add<Dense>(DenseOptions{.units = 500})
      .add<Relu>()
      .add<Dropout>(DropoutOptions{.rate = 0.4})
      .add<Dense>(DenseOptions{.units = 250})
      .add<Relu>()
      .add<Dropout>(DropoutOptions{.rate = 0.3})
      .add<Dense>(DenseOptions{.units = classes})
      .graph();
}

Graph imagenette_cnn(const Shape& image, int64_t classes) {
  Sequential network(image);
  for (const int64_t filters : {32, 64, 128, 256, 512}) {
    network.add<Conv2d>(Conv2dOptions{.filters = filters, .padding = Padding::same, .bias = false})
        .add<BatchNorm>()
        .add<Relu>()
        .add<MaxPool2d>();
  }
  return network.add<GlobalAvgPool2d>().add<Dense>(DenseOptions{.units = classes}).graph();
}

}  // namespace convlab
