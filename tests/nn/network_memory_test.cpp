#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <vector>

#include "backend/device.h"
#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/conv2d.h"
#include "nn/dense.h"
#include "nn/flatten.h"
#include "nn/network.h"
#include "nn/random_graph.h"
#include "nn/reference_network.h"
#include "nn/registry.h"
#include "nn/test_layers.h"

namespace convlab {
namespace {

constexpr int64_t batch = 3;
constexpr uint64_t seed = 9;

/// Checks that a step in planned, shared memory gives the same bits as one in which every tensor
/// has its own memory.
void compare(Backend& backend, Graph graph) {
  INFO(describe(graph));
  Network network(std::move(graph), backend, seed);
  ReferenceNetwork reference(network, seed, batch);
  const Shape& shape = network.graph().input_shape();
  const auto input = random_values(batch * shape.elements(), 1);
  const auto grad = random_values(batch * shape.elements(), 2);
  Device device(backend);

  // Two steps, so that the second runs on memory with the first one's data.
  for (int step = 0; step < 2; ++step) {
    backend.upload(input.data(), network.prepare(Mode::train, batch));
    const Tensor output = network.forward();
    const std::vector<float> expected_output = reference.forward(input);
    CHECK(device.read(output) == expected_output);
    if (!network.output_grad()) return;  // nothing is trainable
    backend.upload(grad.data(), network.output_grad());
    CHECK(device.read(output) == expected_output);  // a loss reads it while writing grad
    network.backward();
    reference.backward(grad);
    const std::vector<std::vector<float>> expected = reference.parameter_grads();
    for (size_t i = 0; i < expected.size(); ++i) {
      if (!network.parameters()[i].grad) continue;  // a statistic
      const bool reached = expected[i][0] == expected[i][0];
      INFO(network.parameters()[i].name);
      const std::vector<float> got = device.read(network.parameters()[i].grad);
      CHECK(got == (reached ? expected[i] : std::vector<float>(got.size(), 0.0F)));
    }
  }
}

TEST_CASE("network: tensors that share memory never disturb each other, in random graphs") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    backend->set_step({.learning_rate = 0, .step = 1});
    Random random(4, 1);
    for (int round = 0; round < 60; ++round) {
      const Shape shape = round % 2 == 0 ? Shape{4, 5, 3} : Shape{12};
      compare(*backend, random_graph(random, shape));
    }
  }
}

TEST_CASE("network: frozen layers change no bits of the others, in random graphs") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    backend->set_step({.learning_rate = 0, .step = 1});
    Random random(5, 1);
    for (int round = 0; round < 60; ++round) {
      Graph graph = random_graph(random, round % 2 == 0 ? Shape{4, 5, 3} : Shape{12});
      const size_t front = random.below(static_cast<uint32_t>(graph.nodes().size()));
      for (size_t i = 0; i < graph.nodes().size(); ++i) {
        graph.set_frozen(i, i < front || random.below(4) == 0);
      }
      compare(*backend, std::move(graph));
    }
  }
}

// Each value has as many bytes as the input, the output has few. A forward pass holds two values at
// a time, the rest of the step the input of the head. Without freezing, the inputs of convolutions
// and normalisations are kept, and a gradient at a time.
TEST_CASE("network: a frozen front takes the memory of a forward pass") {
  constexpr int depth = 8;
  constexpr uint64_t value_bytes = 32 * 16 * 16 * 4 * sizeof(float);
  constexpr uint64_t small = 2048;  // statistics of a normalisation, and the outputs
  const auto graph_with = [&](bool frozen) {
    Graph graph({16, 16, 4});
    for (int i = 0; i < depth; ++i) {
      graph.append(std::make_unique<Conv2d>(Conv2dOptions{.filters = 4, .padding = Padding::same}));
      graph.append(std::make_unique<BatchNorm>());
      graph.append(std::make_unique<Relu>());
    }
    for (size_t i = 0; i < graph.nodes().size(); ++i) graph.set_frozen(i, frozen);
    graph.append(std::make_unique<Flatten>());
    graph.append(std::make_unique<Dense>(DenseOptions{.units = 3}));
    return graph;
  };
  const auto backend = make_backend("host", 1);  // its operations need no workspace
  const Network frozen(graph_with(true), *backend, seed);
  const Network free(graph_with(false), *backend, seed);
  CHECK(frozen.planned_bytes(Mode::train, 32) >= 2 * value_bytes);
  CHECK(frozen.planned_bytes(Mode::train, 32) <= 2 * value_bytes + small);
  CHECK(free.planned_bytes(Mode::train, 32) >= (2 * depth + 2) * value_bytes);
}

TEST_CASE("network: a folded activation gives the same bits as a separate one") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    Graph images({6, 6, 3});
    images.append(std::make_unique<Conv2d>(Conv2dOptions{.filters = 3, .padding = Padding::same}));
    images.append(std::make_unique<Relu>());
    images.append(std::make_unique<Conv2d>(Conv2dOptions{.filters = 3, .padding = Padding::same}));
    images.append(std::make_unique<Relu6>());
    compare(*backend, std::move(images));
    Graph vectors({40});
    vectors.append(std::make_unique<Dense>(DenseOptions{.units = 40}));
    vectors.append(std::make_unique<Relu>());
    vectors.append(std::make_unique<Dense>(DenseOptions{.units = 40}));
    vectors.append(std::make_unique<Relu6>());
    compare(*backend, std::move(vectors));
  }
}

TEST_CASE("network: a relu is not folded if its input has another reader") {
  const auto backend = make_backend("host", 1);
  Graph graph({12});
  const size_t dense = graph.append(std::make_unique<Dense>(DenseOptions{.units = 12}));
  const size_t relu = graph.append(std::make_unique<Relu>());
  graph.add(std::make_unique<Sum>(), {dense, relu});
  compare(*backend, std::move(graph));
}

TEST_CASE("network: large images are evaluated one by one with the same bits in less memory") {
  // The convolutions' outputs have 4 MiB per image, those of the second pooling 256 KiB. A dropout
  // at the beginning passes on the memory of the whole batch, so that nothing runs one by one.
  const auto [kind, is_saved] =
      GENERATE(table<const char*, bool>({{"relu", true}, {"dropout", false}}));
  INFO(kind);
  Graph graph({256, 256, 1});
  graph.append(make_layer(kind, {}));
  for (int i = 0; i < 2; ++i) {
    graph.append(make_layer(
        "conv2d",
        {{"filters", int64_t{16}}, {"kernel", int64_t{3}}, {"padding", std::string("same")}}));
    graph.append(make_layer("relu", {}));
  }
  graph.append(make_layer("max_pool2d", {}));
  graph.append(make_layer("max_pool2d", {}));
  graph.append(make_layer("conv2d", {{"filters", int64_t{3}}, {"kernel", int64_t{3}}}));
  const auto backend = make_backend("", 2);
  Network network(std::move(graph), *backend, seed);
  const int64_t pixels = network.graph().input_shape().elements();
  const std::vector<float> input = random_values(batch * pixels, 1);
  Device device(*backend);
  const auto run = [&](int64_t first, const PassSpec& spec) {
    backend->upload(input.data() + first * pixels, network.prepare(spec));
    return device.read(network.forward());
  };
  const std::vector<float> together = run(0, {.mode = Mode::eval, .batch = batch});
  CHECK(run(0, {.mode = Mode::eval, .batch = batch, .keep = {3}}) == together);
  std::vector<float> apart;
  for (int64_t image = 0; image < batch; ++image) {
    const std::vector<float> one = run(image, {.mode = Mode::eval, .batch = 1});
    apart.insert(apart.end(), one.begin(), one.end());
  }
  CHECK(apart == together);
  const auto planned = [&](const PassSpec& spec) {
    return NetworkPlan(network.graph(), *backend, spec).memory.bytes;
  };
  const uint64_t whole = planned({.mode = Mode::eval, .batch = batch, .keep = {3}});
  // Two tensors of the whole batch, of 24 MiB together, become two of one image.
  CHECK((planned({.mode = Mode::eval, .batch = batch}) + (uint64_t{14} << 20U) < whole) ==
        is_saved);
}

TEST_CASE("network: a value that a folded activation hid is kept as it was before it") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    Graph graph({6, 6, 20});
    graph.append(make_layer("conv2d", {{"filters", int64_t{8}}, {"kernel", int64_t{3}}}));
    graph.append(make_layer("relu", {}));
    Network network(std::move(graph), *backend, seed);
    const std::vector<float> input = random_values(network.graph().input_shape().elements(), 1);
    Device device(*backend);
    for (const bool keeps : {false, true}) {  // the first pass may keep the kernel with its relu
      const PassSpec spec{.mode = Mode::eval, .keep = std::vector<size_t>(keeps ? 1 : 0, 1)};
      backend->upload(input.data(), network.prepare(spec));
      network.forward();
    }
    const std::vector<float> kept = device.read(network.kept(1));
    CHECK(*std::min_element(kept.begin(), kept.end()) < 0);
  }
}

TEST_CASE("network: inference gives the same bits without gradients and in less memory") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    std::vector<std::vector<float>> outputs;
    std::vector<size_t> bytes;
    for (const NetworkUse use : {NetworkUse::training, NetworkUse::inference}) {
      const auto backend = kind.make(1);
      backend->set_winograd(Winograd::off);
      Random random(4, 1);
      Network network(random_graph(random, {4, 5, 3}), *backend, seed, use);
      const std::vector<float> input = random_values(network.graph().input_shape().elements(), 1);
      Device device(*backend);
      backend->upload(input.data(), network.prepare(Mode::eval, 1));
      outputs.push_back(device.read(network.forward()));
      bytes.push_back(backend->memory_use().bytes);
      CHECK((network.grads().memory != nullptr) == (use == NetworkUse::training));
    }
    CHECK(outputs[0] == outputs[1]);
    CHECK(bytes[1] < bytes[0]);
  }
}

}  // namespace
}  // namespace convlab
