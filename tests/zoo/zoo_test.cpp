#include "zoo/zoo.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <map>
#include <set>

#include "allocations.h"
#include "core/error.h"
#include "io/model_file.h"
#include "loss/softmax_cross_entropy.h"
#include "nn/network.h"
#include "optim/sgd.h"
#include "train/trainer.h"
#include "zoo/random_batch.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

Graph default_graph(const Model& model) {
  return model.build(model.image(), model.default_classes);
}

/// Returns the number of parameters in all layers of one kind.
int64_t parameters_of(const Graph& graph, std::string_view kind) {
  int64_t count = 0;
  for (const Node& node : graph.nodes()) {
    if (node.layer->kind() != kind) continue;
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes))
      count += spec.shape.elements();
  }
  return count;
}

/// Small images on which every layer of a model still works, so that its test is fast.
const std::map<std::string_view, Shape> small_images{
    {"resnet9", {28, 28, 1}},  // as in Fashion-MNIST
    {"imagenette-cnn", {32, 32, 3}}, {"imagenette-article", {32, 32, 3}}, {"alexnet", {67, 67, 3}},
    {"zfnet", {64, 64, 3}},          {"googlenet", {32, 32, 3}},          {"resnet18", {32, 32, 3}},
    {"mobilenet-v1", {32, 32, 3}},   {"squeezenet1.1", {64, 64, 3}},      {"vgg11", {32, 32, 3}},
    {"vgg16", {32, 32, 3}},
};

Shape test_image(const Model& model) {
  const auto small = small_images.find(model.name);
  return small == small_images.end() ? model.image() : small->second;
}

constexpr int64_t classes = 4;

std::vector<float> all_parameters(const Network& network) {
  std::vector<float> all;
  for (const Parameter& parameter : network.parameters()) {
    const auto read = network.backend().read_back(parameter.value);
    all.insert(all.end(), read->values().begin(), read->values().end());
  }
  return all;
}

}  // namespace

TEST_CASE("zoo: every model has a description and a unique name") {
  std::set<std::string_view> names;
  for (const Model& model : models()) {
    INFO(model.name);
    CHECK(names.insert(model.name).second);
    CHECK_FALSE(model.title.empty());
    CHECK(model.description.ends_with("."));
    CHECK_FALSE(model.source.empty());
    CHECK(default_graph(model).output_shape() == Shape{model.default_classes});
  }
}

TEST_CASE("zoo: parameter counts match the published ones") {
  struct Count {
    int64_t all;
    int64_t trainable;  // excludes the statistics of batch normalisation
  };
  const auto plain = [](int64_t count) { return Count{count, count}; };
  const std::map<std::string_view, Count> published{
      // 784 · 100 + 100 + 100 · 10 + 10; the article's models are all counted by hand.
      {"mnist-mlp", plain(79'510)},
      {"mnist-cnn", plain(1'691'360)},
      {"simple-convnet", plain(34'826)},  // keras.io
      {"lenet5", plain(61'706)},
      {"cifar-simple", plain(2'251'810)},
      {"cifar-cnn", plain(4'247'985)},
      {"resnet9", {6'577'600, 6'573'120}},
      {"resnet9-narrow", {1'648'352, 1'646'112}},
      {"imagenette-cnn", {1'576'682, 1'574'698}},
      {"imagenette-article", plain(196'247'985)},
      {"alexnet", plain(60'965'224)},            // Caffe's bvlc_alexnet
      {"zfnet", plain(62'357'608)},              // the paper's sizes
      {"squeezenet1.1", plain(1'235'496)},       // torchvision
      {"vgg11", plain(132'863'336)},             // torchvision
      {"vgg16", plain(138'357'544)},             // Keras
      {"googlenet", plain(6'998'552)},           // Caffe's bvlc_googlenet
      {"resnet18", {11'699'112, 11'689'512}},    // torchvision, which counts trainable parameters
      {"mobilenet-v1", {4'253'864, 4'231'976}},  // Keras
      // For VGG16's features: 7 · 7 · 512 · 10 + 10, and 25088 · 100 + 100 + 4 · 100 + 100 · 10
      // + 10.
      {"linear", plain(250'890)},
      {"article-head", {2'510'310, 2'510'110}},
  };
  CHECK(published.size() == models().size());
  for (const Model& model : models()) {
    INFO(model.name);
    REQUIRE(published.contains(model.name));
    const Graph graph = default_graph(model);
    CHECK(graph.parameter_count() == published.at(model.name).all);
    CHECK(graph.trainable_parameter_count() == published.at(model.name).trainable);
  }
  // Keras' include_top=False.
  CHECK(parameters_of(default_graph(find_model("vgg16")), "conv2d") == 14'714'688);
}

TEST_CASE("zoo: FLOPs match the published ones within 1 %") {
  // In 10^9 multiply-adds, from torchvision's table of models; AlexNet from Caffe, MobileNet from
  // table 8 of its paper.
  const std::map<std::string_view, double> published{{"vgg11", 7.61},    {"vgg16", 15.47},
                                                     {"resnet18", 1.81}, {"squeezenet1.1", 0.35},
                                                     {"alexnet", 0.724}, {"mobilenet-v1", 0.569}};
  for (const auto& [name, billions] : published) {
    INFO(name);
    const double found = static_cast<double>(default_graph(find_model(name)).flops()) / 2 * 1e-9;
    INFO(found);
    CHECK(std::abs(found / billions - 1) < 0.01);
  }
}

TEST_CASE("zoo: every model plans, trains two steps and comes back from its file bit for bit",
          "[no-sanitizer]") {
  constexpr int64_t batch = 2;
  // One thread, because a second one may get its first work and allocate memory in a later step.
  const auto backend = make_backend("xnnpack", 1);
  for (const Model& model : models()) {
    INFO(model.name);
    const Shape image = test_image(model);
    Network network(model.build(image, classes), *backend, 1);
    // Plus weights with folded normalisation, at most a second copy of all weights.
    const size_t folded = network.values().bytes();
    CHECK(network.planned_bytes(Mode::eval, batch) <=
          network.planned_bytes(Mode::train, batch) + folded);
    const std::vector<float> before = all_parameters(network);
    Trainer trainer(network, std::make_unique<SoftmaxCrossEntropy>(), std::make_unique<Sgd>(),
                    1e-3);
    const Batch images = random_batch(network.graph(), batch);
    trainer.step(images);
    const uint64_t allocations = allocation_count();
    trainer.step(images);
    const uint64_t more = allocation_count() - allocations;
    CHECK(more == 0);  // only the first step may allocate
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

TEST_CASE("zoo: an invalid or too small image is refused, and the error names the model") {
  const auto refused = [](std::string_view model, const Shape& image, const std::string& message) {
    CHECK_THROWS_MATCHES(
        find_model(model).build(image, 10), Error,
        MessageMatches(ContainsSubstring(std::string(model)) && ContainsSubstring(message)));
  };
  refused("vgg16", {28, 28, 1}, "does not accept images of (28, 28, 1): max_pool2d_5");
  refused("simple-convnet", {4, 4, 1}, "does not accept images of (4, 4, 1)");
  refused("mnist-mlp", {784}, "expects images of shape (height, width, channels), not (784)");
}

}  // namespace convlab
