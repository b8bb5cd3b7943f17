#include "core/did_you_mean.h"

#include <catch2/catch_test_macros.hpp>

namespace convlab {

namespace {

const std::vector<std::string> layers{
    "conv2d", "conv_transpose2d", "dense", "max_pool2d", "batch_norm", "relu", "elu"};

std::string suggestion(const std::string& text) { return " (did you mean '" + text + "'?)"; }

}  // namespace

TEST_CASE("did_you_mean: case, hyphens and underscores make no difference") {
  CHECK(did_you_mean("Conv2D", layers) == suggestion("conv2d"));
  CHECK(did_you_mean("MaxPool2D", layers) == suggestion("max_pool2d"));
  CHECK(did_you_mean("MNIST_CNN", {"mnist-mlp", "mnist-cnn"}) == suggestion("mnist-cnn"));
}

TEST_CASE("did_you_mean: a third of the letters may differ") {
  CHECK(did_you_mean("conv3d", layers) == suggestion("conv2d"));  // changed
  CHECK(did_you_mean("dens", layers) == suggestion("dense"));     // missing
  CHECK(did_you_mean("reelu", layers) == suggestion("relu"));     // added
  CHECK(did_you_mean("rleu", layers) == suggestion("relu"));      // swapped
  CHECK(did_you_mean("MaxPooling2D", layers) == suggestion("max_pool2d"));
  CHECK(did_you_mean("--epoch", {"--data", "--epochs"}) == suggestion("--epochs"));
  CHECK(did_you_mean("trian", {"eval", "train"}) == suggestion("train"));
}

TEST_CASE("did_you_mean: one name may be the beginning of the other") {
  CHECK(did_you_mean("BatchNormalization", layers) == suggestion("batch_norm"));
  CHECK(did_you_mean("conv", layers) == suggestion("conv2d"));
  CHECK(did_you_mean("--save-model", {"--save", "--seed"}) == suggestion("--save"));
}

TEST_CASE("did_you_mean: nothing is suggested for a name that is like none") {
  CHECK(did_you_mean("softplus", layers).empty());
  CHECK(did_you_mean("lu", layers).empty());
  CHECK(did_you_mean("", layers).empty());
  CHECK(did_you_mean("conv2d", {}).empty());
  CHECK(did_you_mean(std::string(1 << 20, 'c'), layers).empty());
}

TEST_CASE("did_you_mean: a name that cannot be shown is not suggested") {
  CHECK(did_you_mean("conv2d", {"conv2\x1b"}).empty());
  CHECK(did_you_mean("conv2d", {"conv2\xC2\x9B"}).empty());
  CHECK(did_you_mean("conv2d", {"conv2\x9B"}).empty());
  CHECK(did_you_mean("conv2d", {"conv2d" + std::string(1 << 20, '-')}).empty());
  CHECK(did_you_mean("größe", {"grösse"}) == suggestion("grösse"));
}

}  // namespace convlab
