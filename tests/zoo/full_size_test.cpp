#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <string_view>

#include "io/model_file.h"
#include "loss/softmax_cross_entropy.h"
#include "nn/dense.h"
#include "nn/global_pool2d.h"
#include "nn/network.h"
#include "nn/registry.h"
#include "optim/sgd.h"
#include "train/trainer.h"
#include "zoo/random_batch.h"
#include "zoo/zoo.h"

// Every model of the zoo on images of its default size. This takes seconds and gigabytes, so
// scripts/test runs it separately, and not under the sanitizers.

namespace convlab {

namespace {

constexpr bool is_32_bits = sizeof(void*) == 4;
constexpr std::string_view largest = "vgg16";

/// Returns a model for its default images. With 32-bit addresses the dense layers of the largest
/// models (Keras' include_top=True) are replaced by a pooling and one small dense layer.
Graph default_size(const Model& model) {
  constexpr int64_t max_parameters = 100'000'000;
  Graph whole = model.build(model.image(), model.default_classes);
  if (!is_32_bits || whole.parameter_count() <= max_parameters) return whole;
  Graph body(model.image());
  for (const Node& node : whole.nodes()) {
    if (node.layer->kind() == "flatten") break;
    body.append(make_layer(node.layer->kind(), node.layer->options()), node.name);
  }
  body.append(std::make_unique<GlobalAvgPool2d>());
  body.append(std::make_unique<Dense>(DenseOptions{.units = 10}));
  return body;
}

/// Returns the number of parameters of two networks that differ in any bit.
size_t different_parameters(const Network& a, const Network& b) {
  size_t different = 0;
  for (size_t i = 0; i < a.parameters().size(); ++i) {
    const auto left = a.backend().read_back(a.parameters()[i].value);
    const auto right = b.backend().read_back(b.parameters()[i].value);
    different += std::ranges::equal(left->values(), right->values()) ? 0 : 1;
  }
  return different;
}

void check_default_size(const Model& model, Backend& backend) {
  INFO(model.name);
  Network network(default_size(model), backend, 1);
  if (model.name == largest) {
    CHECK(network.graph().parameter_count() == (is_32_bits ? 14'714'688 + 5'130 : 138'357'544));
  }
  {
    Trainer trainer(network, std::make_unique<SoftmaxCrossEntropy>(), std::make_unique<Sgd>(),
                    1e-3);
    const Batch images = random_batch(network.graph(), 2);
    trainer.step(images);
    trainer.step(images);
    CHECK(std::isfinite(trainer.training().read().loss));
  }
  ModelFile file = parse_model(model_bytes(network, {}), "test");
  Network copy(std::move(file.graph), backend, 1);
  CHECK(different_parameters(network, copy) > 0);  // the steps changed the weights
  load_weights(copy, file);
  CHECK(different_parameters(network, copy) == 0);
}

}  // namespace

// Two tests, so that they can run at the same time.
TEST_CASE("zoo: the largest model on its default images trains and comes back bit for bit",
          "[.full]") {
  const auto backend = make_backend("xnnpack", 0);
  check_default_size(find_model(largest), *backend);
}

TEST_CASE("zoo: every other model on its default images trains and comes back bit for bit",
          "[.full]") {
  const auto backend = make_backend("xnnpack", 0);
  for (const Model& model : models()) {
    if (model.name != largest) check_default_size(model, *backend);
  }
}

}  // namespace convlab
