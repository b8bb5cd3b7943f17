#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/dense.h"
#include "nn/flatten.h"
#include "nn/pool2d.h"
#include "nn/sequential.h"
#include "zoo/builders.h"

namespace convlab {

// As usually built today: every feature map of the third layer is connected to all maps of the
// second, the output is a dense layer, and MNIST's 28×28 images are padded to the paper's 32×32.
Graph lenet5(const Shape& image, int64_t classes) {
  return Sequential(image)
      .add<Conv2d>(Conv2dOptions{.filters = 6, .kernel = 5, .padding = Padding::same})
      .add<Tanh>()
      .add<AvgPool2d>()
      .add<Conv2d>(Conv2dOptions{.filters = 16, .kernel = 5})
      .add<Tanh>()
      .add<AvgPool2d>()
      .add<Flatten>()
      .add<Dense>(DenseOptions{.units = 120})
      .add<Tanh>()
      .add<Dense>(DenseOptions{.units = 84})
      .add<Tanh>()
      .add<Dense>(DenseOptions{.units = classes})
      .graph();
}

}  // namespace convlab
