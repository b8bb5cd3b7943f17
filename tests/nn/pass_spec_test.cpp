#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <map>
#include <numeric>

#include "backend/device.h"
#include "core/error.h"
#include "io/graph_json.h"
#include "nn/network.h"
#include "nn/random_graph.h"

namespace convlab {
namespace {

using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// Has what an evaluation folds (normalisations, activations) and leaves out (dropout), and a
/// branch.
Graph convnet() {
  return parse_graph_json(R"({"input": [9, 8, 2], "layers": [
    {"kind": "conv2d", "name": "a", "options": {"filters": 4, "padding": "same"}},
    {"kind": "batch_norm"}, {"kind": "relu"},
    {"kind": "conv2d", "name": "b", "options": {"filters": 4, "padding": "same"}},
    {"kind": "batch_norm"}, {"kind": "relu", "name": "c"},
    {"kind": "add", "inputs": ["relu_1", "c"]},
    {"kind": "max_pool2d"}, {"kind": "dropout"}, {"kind": "flatten"},
    {"kind": "dense", "options": {"units": 5}}, {"kind": "relu"},
    {"kind": "dense", "options": {"units": 3}}]})",
                          "test");
}

std::vector<float> input_of(const Network& network, int64_t batch) {
  return random_values(network.graph().input_shape().elements() * batch, 3);
}

void run(Network& network, const PassSpec& spec, const std::vector<float>& input) {
  network.backend().upload(input.data(), network.prepare(spec));
  network.forward();
}

/// Copies the parameters that both networks have.
void copy_parameters(const Network& from, Network& to) {
  std::map<std::string, const Parameter*> sources;
  for (const Parameter& parameter : from.parameters()) sources[parameter.name] = &parameter;
  for (const Parameter& parameter : to.parameters())
    to.backend().copy(sources.at(parameter.name)->value, parameter.value);
  to.values_changed();
}

void check_close(const std::vector<float>& got, const std::vector<float>& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(wanted[i]).margin(1e-4));
}

/// Trains one step, so that the statistics of normalisations are not their initial values.
void move_statistics(Network& network) {
  run(network, {.mode = Mode::train, .batch = 4}, input_of(network, 4));
}

}  // namespace

TEST_CASE("pass: kept values are the layers' own outputs, whatever is folded otherwise") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    const auto backend = kind.make(1);
    backend->set_step({.learning_rate = 0, .step = 1});
    Network network(convnet(), *backend, 7);
    move_statistics(network);
    const size_t nodes = network.graph().nodes().size();
    PassSpec all{.mode = Mode::eval, .batch = 2};
    all.keep.resize(nodes + 1);
    std::iota(all.keep.begin(), all.keep.end(), size_t{0});
    const std::vector<float> input = input_of(network, 2);
    run(network, all, input);
    Device device(*backend);
    std::vector<std::vector<float>> kept;
    for (size_t value = 0; value <= nodes; ++value)
      kept.push_back(device.read(network.kept(value)));
    CHECK(kept[0] == input);
    run(network, {.mode = Mode::eval, .batch = 2}, input);
    for (size_t value = 1; value <= nodes; ++value) {
      INFO("value " << value << ", of " << network.graph().nodes()[value - 1].name);
      // Keeping one alone and ending the pass with it are other plans.
      run(network, {.mode = Mode::eval, .batch = 2, .keep = {value}}, input);
      check_close(device.read(network.kept(value)), kept[value]);
      backend->upload(input.data(),
                      network.prepare({.mode = Mode::eval, .batch = 2, .last_node = value - 1}));
      check_close(device.read(network.forward()), kept[value]);
    }
    // Layer by layer, each as a network of its own, for layers with one input.
    for (size_t i = 0; i < nodes; ++i) {
      const Node& node = network.graph().nodes()[i];
      if (node.inputs != std::vector{i}) continue;
      INFO("layer " << node.name);
      Network alone(network.graph().subgraph(i, i), *backend, 1);
      copy_parameters(network, alone);
      backend->upload(kept[i].data(), alone.prepare(Mode::eval, 2));
      check_close(device.read(alone.forward()), kept[i + 1]);
    }
  }
}

TEST_CASE("pass: gradients of values in an evaluation are those of the chain rule") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    const auto backend = kind.make(1);
    backend->set_step({.learning_rate = 0, .step = 1});
    Network network(convnet(), *backend, 7);
    move_statistics(network);
    const std::vector<float> input = input_of(network, 2);
    const std::vector<float> weights = random_values(6, 5);
    Device device(*backend);
    const auto loss = [&](const std::vector<float>& x) {
      backend->upload(x.data(), network.prepare(Mode::eval, 2));
      const std::vector<float> y = device.read(network.forward());
      return std::inner_product(y.begin(), y.end(), weights.begin(), 0.0);
    };
    const PassSpec spec{.mode = Mode::eval, .batch = 2, .gradients_of = {0, 3, 7}};
    run(network, spec, input);
    backend->upload(weights.data(), network.output_grad());
    network.backward();
    const std::vector<float> gradient = device.read(network.gradient(0));
    // The derivative along a direction; few units change sides within so small a step.
    const std::vector<float> direction = random_values(static_cast<int64_t>(input.size()), 11);
    constexpr float step = 2e-4F;
    std::vector<float> up = input;
    std::vector<float> down = input;
    for (size_t i = 0; i < input.size(); ++i) {
      up[i] += step * direction[i];
      down[i] -= step * direction[i];
    }
    const double expected = (loss(up) - loss(down)) / (2 * step);
    const double got = std::inner_product(gradient.begin(), gradient.end(), direction.begin(), 0.0);
    CHECK(got == Approx(expected).epsilon(0.02));

    // The gradient of value 7, which feeds the pooling, is that of the rest of the network alone.
    run(network, spec, input);
    backend->upload(weights.data(), network.output_grad());
    network.backward();
    const std::vector<float> at_7 = device.read(network.gradient(2));
    run(network, {.mode = Mode::eval, .batch = 2, .keep = {7}}, input);
    const std::vector<float> value_7 = device.read(network.kept(7));
    const Graph& graph = network.graph();
    Network rest(graph.subgraph(7, graph.nodes().size() - 1), *backend, 1);
    copy_parameters(network, rest);
    run(rest, {.mode = Mode::eval, .batch = 2, .gradients_of = {0}}, value_7);
    backend->upload(weights.data(), rest.output_grad());
    rest.backward();
    check_close(device.read(rest.gradient(0)), at_7);
  }
}

TEST_CASE("pass: gradients of random graphs are the same for values and for parameters") {
  // In Mode::train with gradients_of the parameters have the same gradients as without.
  int compared = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    INFO("seed " << seed);
    const auto backend = make_backend("host", 1);
    backend->set_step({.learning_rate = 0, .step = 1});
    Random random(seed, 1);
    Network network(random_graph(random, {5, 4, 3}), *backend, seed);
    const std::vector<float> input = input_of(network, 2);
    Device device(*backend);
    const auto grads = [&](const PassSpec& spec) {
      run(network, spec, input);
      backend->fill(network.grads(), 0);
      if (!network.output_grad()) return std::vector<float>();  // nothing to train
      backend->fill(network.output_grad(), 0.5F);
      network.backward();
      return device.read(network.grads());
    };
    const std::vector<float> expected = grads({.mode = Mode::train, .batch = 2});
    if (expected.empty()) continue;
    ++compared;
    PassSpec spec{.mode = Mode::train, .batch = 2, .gradients_of = {0}};
    for (size_t value = 1; value < network.graph().nodes().size(); value += 2) {
      spec.gradients_of.push_back(value);
      spec.keep.push_back(value);
    }
    check_close(grads(spec), expected);
  }
  CHECK(compared > 20);
}

TEST_CASE("pass: values and layers that do not exist are refused") {
  const auto backend = make_backend("host", 1);
  Network network(convnet(), *backend, 7);
  const size_t nodes = network.graph().nodes().size();
  const auto refused = [&](const PassSpec& spec, const std::string& message) {
    CHECK_THROWS_MATCHES(network.prepare(spec), Error, MessageMatches(ContainsSubstring(message)));
  };
  refused({.batch = 0}, "a batch of 0");
  refused({.keep = {nodes + 1}}, "does not compute value 14");
  refused({.keep = {5}, .last_node = 2}, "does not compute value 5; the last is 3");
  refused({.gradients_of = {nodes + 1}}, "does not compute value 14");
  refused({.last_node = nodes}, "no layer 13");
  CHECK_NOTHROW(network.prepare({.keep = {nodes}}));
}

TEST_CASE("graph: a part of a graph shares its layers, and a cut through a branch is refused") {
  const Graph graph = convnet();
  const Graph head = graph.subgraph(7, 12);
  CHECK(head.input_shape() == Shape{9, 8, 4});
  CHECK(head.output_shape() == Shape{3});
  CHECK(head.nodes()[0].layer == graph.nodes()[7].layer);
  CHECK(head.nodes()[0].name == graph.nodes()[7].name);
  Graph copy = graph;
  copy.remove_last();
  CHECK(copy.nodes().size() + 1 == graph.nodes().size());
  CHECK(copy.nodes()[0].layer == graph.nodes()[0].layer);
  CHECK(graph_json(graph.subgraph(0, 12)) == graph_json(graph));
  CHECK_THROWS_MATCHES(graph.subgraph(4, 12), Error,
                       MessageMatches(ContainsSubstring("cannot be cut before batch_norm_2, as "
                                                        "add_1 also reads relu_1")));
  CHECK_THROWS_MATCHES(graph.subgraph(3, 13), Error, MessageMatches(ContainsSubstring("3 to 13")));
  CHECK_THROWS_MATCHES(graph.subgraph(5, 4), Error, MessageMatches(ContainsSubstring("5 to 4")));
}

}  // namespace convlab
