#pragma once

#include <cstdint>

#include "nn/graph.h"

/// The networks of the zoo, one file per family; see the table in zoo.cpp. Each takes images of
/// shape `image` (height, width, channels) and outputs `classes` logits. Throws Error that names
/// the layer if the image is too small.
namespace convlab {

// alexnet.cpp
Graph alexnet(const Shape& image, int64_t classes);
Graph zfnet(const Shape& image, int64_t classes);

// article.cpp
Graph mnist_mlp(const Shape& image, int64_t classes);
Graph mnist_cnn(const Shape& image, int64_t classes);
Graph simple_convnet(const Shape& image, int64_t classes);
Graph cifar_cnn(const Shape& image, int64_t classes);
Graph imagenette_cnn(const Shape& image, int64_t classes);

// googlenet.cpp
Graph googlenet(const Shape& image, int64_t classes);

// heads.cpp
Graph linear(const Shape& features, int64_t classes);
Graph article_head(const Shape& features, int64_t classes);

// lenet.cpp
Graph lenet5(const Shape& image, int64_t classes);

// mobilenet.cpp
Graph mobilenet(const Shape& image, int64_t classes);

// resnet.cpp
Graph resnet9(const Shape& image, int64_t classes);
Graph resnet9_narrow(const Shape& image, int64_t classes);
Graph resnet18(const Shape& image, int64_t classes);

// squeezenet.cpp
Graph squeezenet(const Shape& image, int64_t classes);

// vgg.cpp
Graph vgg11(const Shape& image, int64_t classes);
Graph vgg16(const Shape& image, int64_t classes);

}  // namespace convlab
