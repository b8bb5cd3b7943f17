// The backward pass of an activation before max pooling is applied to the pooling's smaller
// gradient.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "backend/device.h"
#include "nn/network.h"
#include "nn/registry.h"
#include "nn/test_layers.h"

namespace convlab {
namespace {

/// `apart` inserts a view before the pooling, so that the activation's gradient is applied in the
/// convolution's backward instead.
Graph make_graph(std::string_view activation, const Options& pooling, bool apart) {
  Graph graph({9, 8, 2});
  graph.append(make_layer("conv2d", {{"filters", int64_t{5}}}));
  graph.append(make_layer(activation, {}));
  if (apart) graph.append(std::make_unique<Identity>());
  graph.append(make_layer("max_pool2d", pooling));
  return graph;
}

std::vector<float> gradients(Graph graph, Backend& backend) {
  Network network(std::move(graph), backend, 1);
  Device device(backend);
  const Tensor input = network.prepare(Mode::train, 3);
  std::vector<float> pixels = random_values(input.elements(), 1);
  for (float& pixel : pixels) pixel *= 20;  // so that relu6 clips at both ends
  backend.upload(pixels.data(), input);
  network.forward();
  const Tensor grad = network.output_grad();
  backend.upload(random_values(grad.elements(), 2).data(), grad);
  network.backward();
  return device.read(network.grads());
}

}  // namespace

TEST_CASE(
    "activation backward: gradients are the same bits, whichever layer's backward applies it") {
  const std::string_view activation = GENERATE("relu", "relu6");
  const int64_t stride = GENERATE(1, 2, 3);
  const Options pooling{{"window", int64_t{2}}, {"stride", stride}};
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name << ", " << activation << ", stride " << stride);
    const auto backend = kind.make(1);
    const std::vector<float> apart = gradients(make_graph(activation, pooling, true), *backend);
    const std::vector<float> together = gradients(make_graph(activation, pooling, false), *backend);
    REQUIRE(together.size() == apart.size());
    CHECK(together == apart);
  }
}

TEST_CASE(
    "activation backward: by the pooling if it is the only reader of the activation's output") {
  const GraphFacts alone(make_graph("relu", {}, false), Mode::train);
  CHECK(alone.activation[0] == Activation::relu);
  CHECK(alone.backward_activation ==
        std::vector<Activation>{Activation::none, Activation::none, Activation::relu});

  Graph read_twice({9, 8, 2});
  read_twice.append(make_layer("conv2d", {{"filters", int64_t{5}}}));
  const size_t relu = read_twice.append(make_layer("relu", {}));
  const Options pooling{{"stride", int64_t{1}}, {"padding", std::string("same")}};
  const size_t pooled = read_twice.append(make_layer("max_pool2d", pooling));
  read_twice.add(std::make_unique<Sum>(), {relu, pooled});
  const GraphFacts both(read_twice, Mode::train);
  CHECK(both.backward_activation == std::vector<Activation>{Activation::relu, Activation::none,
                                                            Activation::none, Activation::none});
}

}  // namespace convlab
