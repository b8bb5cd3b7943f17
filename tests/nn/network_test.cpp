#include "nn/network.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <vector>

#include "backend/device.h"
#include "core/error.h"
#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/flatten.h"
#include "nn/pool2d.h"
#include "nn/sequential.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// Contains folded and separate relus, views and a dropout mask.
Graph small_convnet() {
  return Sequential({10, 9, 2})
      .add<Conv2d>(Conv2dOptions{.filters = 5})
      .add<Relu>()
      .add<MaxPool2d>()
      .add<Relu>()
      .add<Flatten>()
      .add<Dropout>(DropoutOptions{.rate = 0.25})
      .add<Dense>(DenseOptions{.units = 6})
      .add<Relu>()
      .add<Dense>(DenseOptions{.units = 4})
      .graph();
}

/// Returns the output for all samples in `input`.
std::vector<float> run(Network& network, Mode mode, const std::vector<float>& input) {
  const auto sample = static_cast<size_t>(network.graph().input_shape().elements());
  const Tensor x = network.prepare(mode, static_cast<int64_t>(input.size() / sample));
  network.backend().upload(input.data(), x);
  return Device(network.backend()).read(network.forward());
}

void train_step(Network& network, int64_t batch) {
  run(network, Mode::train, random_values(batch * network.graph().input_shape().elements(), 1));
  network.backend().fill(network.output_grad(), 0.5F);
  network.backward();
}

template <class Body>
void on_each_backend(Body body) {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    backend->set_step({.learning_rate = 0.1F, .step = 1});
    body(*backend);
  }
}

TEST_CASE("network: the same seed gives the same weights on every backend, another seed others") {
  std::vector<std::vector<float>> drawn;
  on_each_backend([&](Backend& backend) {
    for (const uint64_t seed : {7, 7, 8}) {
      const Network network(small_convnet(), backend, seed);
      drawn.push_back(Device(backend).read(network.values()));
    }
  });
  for (size_t i = 0; i < drawn.size(); ++i) CHECK((drawn[i] == drawn[0]) == (i % 3 != 2));
}

TEST_CASE("network: weights start within Glorot's limit, biases at zero") {
  const auto backend = make_backend("host", 1);
  Graph graph({100});
  graph.append(std::make_unique<Dense>(DenseOptions{.units = 50}));
  const Network network(std::move(graph), *backend, 1);
  Device device(*backend);
  const double limit = std::sqrt(6.0 / 150);
  const std::vector<float> kernel = device.read(network.parameters()[0].value);
  const auto [min, max] = std::minmax_element(kernel.begin(), kernel.end());
  CHECK(*min >= -limit);
  CHECK(*max <= limit);
  CHECK(*max - *min > 1.9 * limit);  // 5,000 numbers come close to both limits
  CHECK(device.read(network.parameters()[1].value) == std::vector<float>(50, 0.0F));
}

TEST_CASE("network: a frozen layer has no gradient, and the others' are as without freezing") {
  on_each_backend([](Backend& backend) {
    Device device(backend);
    Network free(small_convnet(), backend, 1);
    train_step(free, 3);
    for (const size_t frozen : {0, 6, 8}) {
      Graph graph = small_convnet();
      graph.set_frozen(frozen, true);
      Network network(std::move(graph), backend, 1);
      CHECK(network.graph().trainable_parameter_count() < network.graph().parameter_count());
      train_step(network, 3);
      for (size_t i = 0; i < free.parameters().size(); ++i) {
        const Parameter& parameter = network.parameters()[i];
        INFO(parameter.name << " with node " << frozen << " frozen");
        CHECK(device.read(parameter.value) == device.read(free.parameters()[i].value));
        const bool is_frozen = parameter.name.starts_with(network.graph().nodes()[frozen].name);
        CHECK((parameter.grad.memory == nullptr) == is_frozen);
        if (!is_frozen)
          CHECK(device.read(parameter.grad) == device.read(free.parameters()[i].grad));
      }
    }
  });
}

TEST_CASE("network: weights are stored before biases in the flat buffers") {
  const auto backend = make_backend("host", 1);
  const Network network(small_convnet(), *backend, 1);
  const float* first_bias = network.values().data() + network.ranges()[1].begin;
  for (const Parameter& parameter : network.parameters()) {
    CHECK((parameter.value.data() < first_bias) == parameter.name.ends_with("kernel"));
  }
}

TEST_CASE("network: allocates exactly what was planned") {
  on_each_backend([](Backend& backend) {
    for (const Mode mode : {Mode::train, Mode::eval}) {
      Network network(small_convnet(), backend, 1);
      const size_t before = backend.memory_use().bytes;
      network.prepare(mode, 32);
      CHECK(backend.memory_use().bytes - before == network.planned_bytes(mode, 32));
    }
  });
}

TEST_CASE("network: a smaller batch or Mode::eval fits into the existing memory") {
  on_each_backend([](Backend& backend) {
    Network network(small_convnet(), backend, 1);
    network.prepare(Mode::train, 32);
    const size_t before = backend.memory_use().bytes;
    network.prepare(Mode::train, 7);
    network.prepare(Mode::eval, 32);
    CHECK(backend.memory_use().bytes == before);
  });
}

TEST_CASE("network: training steps after the first allocate nothing") {
  on_each_backend([](Backend& backend) {
    Network network(small_convnet(), backend, 1);
    train_step(network, 16);
    const MemoryUse before = backend.memory_use();
    for (int i = 0; i < 3; ++i) {
      network.values_changed();
      train_step(network, 16);
    }
    CHECK(backend.memory_use().bytes == before.bytes);
    CHECK(backend.memory_use().peak_bytes == before.peak_bytes);
  });
}

TEST_CASE("network: after a batch that does not fit, the earlier one still runs") {
  on_each_backend([](Backend& backend) {
    Network network(small_convnet(), backend, 1);
    const auto input = random_values(4 * network.graph().input_shape().elements(), 1);
    const std::vector<float> before = run(network, Mode::eval, input);
    CHECK_THROWS_AS(network.prepare(Mode::eval, int64_t{1} << 38), Error);
    CHECK(run(network, Mode::eval, input) == before);
  });
}

TEST_CASE("network: a single sample gives the same bits as in a batch") {
  on_each_backend([](Backend& backend) {
    Network network(small_convnet(), backend, 1);
    const auto sample = network.graph().input_shape().elements();
    const auto outputs = network.graph().output_shape().elements();
    const std::vector<float> input = random_values(5 * sample, 1);
    const std::vector<float> together = run(network, Mode::eval, input);
    for (int64_t row = 0; row < 5; ++row) {
      const auto first = input.begin() + row * sample;
      const auto expected = together.begin() + row * outputs;
      CHECK(run(network, Mode::eval, {first, first + sample}) ==
            std::vector<float>(expected, expected + outputs));
    }
  });
}

TEST_CASE("network: dropout passes its input on in eval and scales what it keeps in training") {
  on_each_backend([](Backend& backend) {
    Graph graph({400});
    graph.append(std::make_unique<Dropout>(DropoutOptions{.rate = 0.75}));
    Network network(std::move(graph), backend, 1);
    const std::vector<float> input = random_values(400, 1);
    CHECK(run(network, Mode::eval, input) == input);

    const std::vector<float> output = run(network, Mode::train, input);
    size_t kept = 0;
    for (size_t i = 0; i < input.size(); ++i) {
      CHECK((output[i] == 0 || output[i] == input[i] * 4));
      kept += output[i] != 0 ? 1 : 0;
    }
    // The expected count is 100 with a standard deviation of 8.7.
    CHECK(kept > 60);
    CHECK(kept < 140);
  });
}

TEST_CASE("network: dropout draws another mask in each step, and the same one for the same step") {
  on_each_backend([](Backend& backend) {
    Graph graph({100});
    graph.append(std::make_unique<Dropout>(DropoutOptions{}));
    Network network(std::move(graph), backend, 1);
    const std::vector<float> ones(100, 1.0F);
    const std::vector<float> first = run(network, Mode::train, ones);
    backend.set_step({.learning_rate = 0, .step = 2});
    CHECK(run(network, Mode::train, ones) != first);
    backend.set_step({.learning_rate = 0, .step = 1});
    CHECK(run(network, Mode::train, ones) == first);
  });
}

TEST_CASE("network: an empty batch is refused") {
  const auto backend = make_backend("host", 1);
  Network network(small_convnet(), *backend, 1);
  CHECK_THROWS_MATCHES(network.prepare(Mode::eval, 0), Error,
                       MessageMatches(ContainsSubstring("batch of 0")));
}

TEST_CASE("graph: an error states the node and its input shape") {
  Graph graph({28, 28, 1});
  CHECK_THROWS_MATCHES(
      graph.append(std::make_unique<Dense>(DenseOptions{.units = 10}), "head"), Error,
      MessageMatches(ContainsSubstring("head") && ContainsSubstring("(28, 28, 1)") &&
                     ContainsSubstring("flatten")));
  CHECK(graph.nodes().empty());
}

TEST_CASE("graph: default names are kind and number, and names are unique") {
  Graph graph({4});
  CHECK(graph.append(std::make_unique<Relu>()) == 1);
  CHECK(graph.append(std::make_unique<Relu>()) == 2);
  CHECK(graph.nodes()[1].name == "relu_2");
  CHECK_THROWS_MATCHES(
      graph.append(std::make_unique<Relu>(), "relu_1"), Error,
      MessageMatches(ContainsSubstring("relu_1") && ContainsSubstring("already used")));
}

TEST_CASE("graph: a value that does not exist yet is refused") {
  Graph graph({4});
  CHECK_THROWS_MATCHES(graph.add(std::make_unique<Relu>(), std::vector<size_t>{3}, "early"), Error,
                       MessageMatches(ContainsSubstring("early") && ContainsSubstring("value 3")));
}

TEST_CASE("graph: given and automatic names do not collide") {
  Graph graph({4});
  graph.append(std::make_unique<Relu>(), "relu_2");
  CHECK_NOTHROW(graph.append(std::make_unique<Relu>()));
}

TEST_CASE("graph: layers with one input refuse two") {
  Graph graph({4});
  CHECK_THROWS_AS(graph.add(std::make_unique<Relu>(), std::vector<size_t>{0, 0}), Error);
}

TEST_CASE("graph: parameters and FLOPs match those counted by hand") {
  // First half of simple-convnet: 3·3·1·32 + 32 parameters; 26·26 positions of 3·3·1·32 products.
  Graph graph({28, 28, 1});
  graph.append(std::make_unique<Conv2d>(Conv2dOptions{.filters = 32}));
  CHECK(graph.parameter_count() == 320);
  CHECK(graph.flops() == 2 * 26 * 26 * 9 * 32);
  // The first layer has no input gradient, because nothing before it is trainable.
  CHECK(graph.training_flops() == 2 * graph.flops());
  const int64_t first = graph.flops();
  graph.append(std::make_unique<Flatten>());
  graph.append(std::make_unique<Dense>(DenseOptions{.units = 10}));
  CHECK(graph.flops() == first + 2 * 26 * 26 * 32 * 10);
  CHECK(graph.training_flops() == 2 * first + 3 * 2 * 26 * 26 * 32 * 10);
}

}  // namespace
}  // namespace convlab
