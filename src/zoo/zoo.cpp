#include "zoo/zoo.h"

#include "core/error.h"
#include "core/find_named.h"
#include "zoo/builders.h"

namespace convlab {

namespace {

constexpr std::array<int64_t, 3> cifar_image{32, 32, 3};
constexpr std::array<int64_t, 3> photo{224, 224, 3};
constexpr std::array<int64_t, 3> vgg16_features{7, 7, 512};
constexpr int64_t imagenet_classes = 1000;

constexpr std::array all{
    Model{"mnist-mlp", "Dense network", "One hidden layer of 100 units.",
          "the article's MNIST network", mnist_mlp},
    Model{"mnist-cnn", "MNIST CNN",
          "One convolution with 25 filters, then a hidden layer of 100 units.",
          "the article's MNIST CNN", mnist_cnn},
    Model{"simple-convnet", "Simple convnet",
          "Two convolutions with 32 and 64 filters, each pooled, then dropout.",
          "keras.io, Simple MNIST convnet", simple_convnet},
    Model{"lenet5", "LeNet-5",
          "Two convolutions with average pooling, then three dense layers, all with tanh.",
          "LeCun et al. 1998, Gradient-based learning applied to document recognition", lenet5},
    Model{"cifar-simple", "CIFAR, simple",
          "The MNIST CNN on colour images, for which it is too small.",
          "the article's first CIFAR-10 network", mnist_cnn, cifar_image},
    Model{"cifar-cnn", "CIFAR CNN",
          "Three convolutions and three dense layers, with dropout after each part.",
          "the article's CIFAR-10 network", cifar_cnn, cifar_image},
    Model{"resnet9", "ResNet-9",
          "Eight convolutions with batch normalisation, four of them in two residual blocks.",
          "Page 2018, How to train your ResNet (myrtle.ai)", resnet9, cifar_image},
    Model{"resnet9-narrow", "ResNet-9, narrow",
          "ResNet-9 with half its filters and a quarter of its arithmetic.",
          "Page 2018, How to train your ResNet (myrtle.ai)", resnet9_narrow, cifar_image},
    Model{"imagenette-cnn", "Imagenette CNN",
          "Five convolutions with batch normalisation, each pooled, then global average pooling.",
          "the article's Imagenette network, made lighter", imagenette_cnn, photo},
    Model{"imagenette-article", "Imagenette, article",
          "The CIFAR CNN on large images: its first dense layer alone has 196 million weights.",
          "the article's Imagenette network", cifar_cnn, photo},
    Model{"alexnet",
          "AlexNet",
          "Five convolutions, three of them in two groups, and three dense layers.",
          "Krizhevsky et al. 2012, with its groups and local response normalisation",
          alexnet,
          {227, 227, 3},
          imagenet_classes},
    Model{"zfnet", "ZFNet", "AlexNet with a smaller first kernel and stride, without groups.",
          "Zeiler and Fergus 2013, figure 3", zfnet, photo, imagenet_classes},
    Model{"squeezenet1.1", "SqueezeNet 1.1",
          "Eight modules that reduce the channels before each 3×3 convolution; no dense layer.",
          "Iandola et al. 2016, version 1.1 of the authors", squeezenet, photo, imagenet_classes},
    Model{"vgg11", "VGG11", "Eight convolutions in five blocks, then three dense layers.",
          "Simonyan and Zisserman 2015, configuration A", vgg11, photo, imagenet_classes},
    Model{"vgg16", "VGG16", "Thirteen convolutions in five blocks, then three dense layers.",
          "Simonyan and Zisserman 2015, configuration D", vgg16, photo, imagenet_classes},
    Model{"googlenet", "GoogLeNet",
          "Nine modules of parallel 1×1, 3×3 and 5×5 convolutions, then global average pooling.",
          "Szegedy et al. 2014, without the auxiliary classifiers", googlenet, photo,
          imagenet_classes},
    Model{"resnet18", "ResNet-18",
          "Eight residual blocks of two convolutions with batch normalisation.",
          "He et al. 2015, table 1", resnet18, photo, imagenet_classes},
    Model{"mobilenet-v1", "MobileNet",
          "Thirteen depthwise convolutions, each followed by a 1×1 convolution.",
          "Howard et al. 2017, width 1", mobilenet, photo, imagenet_classes},
    Model{"linear", "Linear", "One dense layer: multinomial logistic regression, the linear probe.",
          "for features of a pretrained network (convlab features)", linear, vgg16_features},
    Model{"article-head", "Head of the article",
          "A hidden layer of 100 units, dropout and batch normalisation.",
          "the article's classifier of VGG16's features (convlab features)", article_head,
          vgg16_features},
};

}  // namespace

Graph Model::build(const Shape& image, int64_t classes) const {
  if (image.rank() != 3)
    fail("[model] {} expects images of shape (height, width, channels), not {}", name, image);
  try {
    return layers(image, classes);
  } catch (const Error& error) {
    fail("[model] {} does not accept images of {}: {}", name, image, error.what());
  }
}

std::span<const Model> models() { return all; }

const Model& find_model(std::string_view name) {
  return find_named("model", name, all, &Model::name);
}

}  // namespace convlab
