#include "zoo/zoo.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <map>
#include <set>

#include "core/error.h"
#include "core/random.h"
#include "io/model_file.h"
#include "loss/softmax_cross_entropy.h"
#include "nn/network.h"
#include "optim/sgd.h"
#include "train/trainer.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

Graph usual(const Model& model) { return model.build(model.image(), model.usual_classes); }

/// The parameters of all layers of one kind.
int64_t parameters_of(const Graph& graph, std::string_view kind) {
  int64_t count = 0;
  for (const Node& node : graph.nodes()) {
    if (node.layer->kind() != kind) continue;
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes))
      count += spec.shape.elements();
  }
  return count;
}

/// A square picture on which every layer of a model still works, so that its test is quick.
const std::map<std::string_view, Shape> small_images{
    {"imagenette-article", {32, 32, 3}},
    {"squeezenet1.1", {64, 64, 3}},
    {"vgg11", {32, 32, 3}},
    {"vgg16", {32, 32, 3}},
};

Shape test_image(const Model& model) {
  const auto small = small_images.find(model.name);
  return small == small_images.end() ? model.image() : small->second;
}

constexpr int64_t classes = 4;

Batch random_batch(const Shape& image, int64_t size) {
  Random random(1, 0);
  Batch batch;
  batch.images.resize(static_cast<size_t>(image.with_front(size).elements()));
  for (uint8_t& pixel : batch.images) pixel = static_cast<uint8_t>(random.below(256));
  for (int64_t i = 0; i < size; ++i) batch.labels.push_back(static_cast<int32_t>(i % classes));
  return batch;
}

std::vector<float> all_parameters(const Network& network) {
  std::vector<float> all;
  for (const Parameter& parameter : network.parameters()) {
    const auto read = network.backend().read_back(parameter.value);
    all.insert(all.end(), read->values().begin(), read->values().end());
  }
  return all;
}

}  // namespace

TEST_CASE("zoo: every model says what it is, under a name of its own") {
  std::set<std::string_view> names;
  for (const Model& model : models()) {
    INFO(model.name);
    CHECK(names.insert(model.name).second);
    CHECK_FALSE(model.title.empty());
    CHECK(model.description.ends_with("."));
    CHECK_FALSE(model.source.empty());
    CHECK(usual(model).output_shape() == Shape{model.usual_classes});
  }
}

TEST_CASE("zoo: parameters are those published") {
  const std::map<std::string_view, int64_t> published{
      // 784 · 100 + 100 + 100 · 10 + 10, and so on by hand for the article's.
      {"mnist-mlp", 79'510},        {"mnist-cnn", 1'691'360},
      {"simple-convnet", 34'826},  // keras.io
      {"lenet5", 61'706},           {"cifar-simple", 2'251'810},
      {"cifar-cnn", 4'247'985},     {"imagenette-article", 196'247'985},
      {"squeezenet1.1", 1'235'496},  // torchvision
      {"vgg11", 132'863'336},        // torchvision
      {"vgg16", 138'357'544},        // Keras
  };
  for (const Model& model : models()) {
    INFO(model.name);
    REQUIRE(published.contains(model.name));
    CHECK(usual(model).parameter_count() == published.at(model.name));
  }
  // "Without top", as Keras calls it.
  CHECK(parameters_of(usual(find_model("vgg16")), "conv2d") == 14'714'688);
}

TEST_CASE("zoo: FLOPs of the large models are those published, counted as two each") {
  const auto billions = [](std::string_view name) {
    return static_cast<double>(usual(find_model(name)).flops()) * 1e-9;
  };
  CHECK(std::abs(billions("vgg16") - 2 * 15.47) < 0.02);  // torchvision: 15.47 GMAC
  CHECK(std::abs(billions("vgg11") - 2 * 7.61) < 0.02);
}

TEST_CASE("zoo: every model plans, trains two steps and comes back from its file bit for bit") {
  constexpr int64_t batch = 2;
  const auto backend = make_backend("xnnpack", 2);
  for (const Model& model : models()) {
    INFO(model.name);
    const Shape image = test_image(model);
    Network network(model.build(image, classes), *backend, 1);
    CHECK(network.planned_bytes(Mode::eval, batch) <= network.planned_bytes(Mode::train, batch));
    const std::vector<float> before = all_parameters(network);
    Trainer trainer(network, std::make_unique<SoftmaxCrossEntropy>(), std::make_unique<Sgd>(),
                    1e-3);
    for (int step = 0; step < 2; ++step) trainer.step(random_batch(image, batch));
    const double loss = trainer.training().read().loss;
    CHECK(std::isfinite(loss));
    const std::vector<float> trained = all_parameters(network);
    CHECK(trained != before);

    ModelFile file = parse_model(model_bytes(network, {}), "test");
    Network copy(std::move(file.graph), *backend, 2);
    load_weights(copy, file);
    CHECK(all_parameters(copy) == trained);
  }
}

TEST_CASE("zoo: a picture that is too small or none is refused by the model's name") {
  const auto refused = [](std::string_view model, const Shape& image, const std::string& message) {
    CHECK_THROWS_MATCHES(
        find_model(model).build(image, 10), Error,
        MessageMatches(ContainsSubstring(std::string(model)) && ContainsSubstring(message)));
  };
  refused("vgg16", {28, 28, 1}, "does not take pictures of (28, 28, 1): max_pool2d_5");
  refused("simple-convnet", {4, 4, 1}, "does not take pictures of (4, 4, 1)");
  refused("mnist-mlp", {784}, "wants pictures (height, width, channels), not (784)");
}

}  // namespace convlab
