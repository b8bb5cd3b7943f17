#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/flatten.h"
#include "nn/sequential.h"
#include "zoo/builders.h"

// Networks that classify the features of a pretrained network.
namespace convlab {

Graph linear(const Shape& features, int64_t classes) {
  return Sequential(features).add<Flatten>().add<Dense>(DenseOptions{.units = classes}).graph();
}

Graph article_head(const Shape& features, int64_t classes) {
  return Sequential(features)
      .add<Flatten>()
      .add<Dense>(DenseOptions{.units = 100})
      .add<Relu>()
      .add<Dropout>(DropoutOptions{.rate = 0.5})
      .add<BatchNorm>()
      .add<Dense>(DenseOptions{.units = classes})
      .graph();
}

}  // namespace convlab
