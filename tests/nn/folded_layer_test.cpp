// In evaluation a batch normalisation after a layer with a kernel is folded into it, at no cost.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

#include "allocations.h"
#include "backend/device.h"
#include "nn/network.h"
#include "nn/registry.h"
#include "nn/test_layers.h"

namespace convlab {
namespace {

struct Product {
  std::string_view kind;
  Options options;
  Shape input;
};

const std::vector<Product>& products() {
  static const std::vector<Product> table{
      {"conv2d", {{"filters", int64_t{5}}}, {6, 5, 3}},
      {"conv2d", {{"filters", int64_t{4}}, {"groups", int64_t{2}}}, {6, 5, 2}},
      {"depthwise_conv2d", {{"depth_multiplier", int64_t{2}}}, {6, 5, 3}},
      {"separable_conv2d", {{"filters", int64_t{5}}}, {6, 5, 3}},
      {"conv_transpose2d", {{"filters", int64_t{5}}, {"stride", int64_t{2}}}, {4, 3, 3}},
      {"dense", {{"units", int64_t{7}}}, {11}},
  };
  return table;
}

/// Returns the layer, a normalisation and optionally a relu. `apart` inserts a view between the
/// first two, so that they are computed separately.
Graph make_graph(const Product& product, bool bias, bool relu, bool apart) {
  Options options = product.options;
  options.emplace_back("bias", bias);
  Graph graph(product.input);
  graph.append(make_layer(product.kind, options));
  if (apart) graph.append(std::make_unique<Identity>());
  graph.append(make_layer("batch_norm", {}));
  if (relu) graph.append(make_layer("relu", {}));
  return graph;
}

/// Sets every parameter to random values; variances lie between 0.5 and 1.5.
void set_parameters(Network& network, uint64_t stream) {
  for (const Parameter& parameter : network.parameters()) {
    std::vector<float> values = random_values(parameter.value.elements(), stream++);
    if (parameter.name.ends_with("variance")) {
      for (float& value : values) value = 1 + value / 2;
    }
    network.backend().upload(values.data(), parameter.value);
  }
  network.values_changed();
}

std::vector<float> run(Network& network, Mode mode, int64_t batch) {
  const Tensor input = network.prepare(mode, batch);
  network.backend().upload(random_values(input.elements(), 99).data(), input);
  return Device(network.backend()).read(network.forward());
}

std::vector<float> evaluate(Network& network) { return run(network, Mode::eval, 3); }

/// Tolerance: sums of about 30 products of numbers below 1 in another order, with 24-bit mantissas.
void check_close(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  float worst = 0;
  for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  CHECK(worst < 2e-5F);
}

/// Calls check(backend, product, bias, relu) for all combinations.
template <class Check>
void for_each_product(const Check& check) {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    for (const Product& product : products()) {
      for (const bool bias : {false, true}) {
        for (const bool relu : {false, true}) {
          INFO(product.kind << " on " << kind.name << ", bias " << bias << ", relu " << relu);
          check(*backend, product, bias, relu);
        }
      }
    }
  }
}

const Product& conv2d = products()[0];

TEST_CASE("folded layer: gives the same results as the two separate layers") {
  for_each_product([](Backend& backend, const Product& product, bool bias, bool relu) {
    Network together(make_graph(product, bias, relu, false), backend, 1);
    Network apart(make_graph(product, bias, relu, true), backend, 1);
    for (const uint64_t stream : {10, 20}) {
      set_parameters(together, stream);
      set_parameters(apart, stream);
      check_close(evaluate(together), evaluate(apart));
    }
  });
}

TEST_CASE("folded layer: the normalisation is part of the layer in evaluation, not in training") {
  for (const Product& product : products()) {
    INFO(product.kind);
    const Graph graph = make_graph(product, false, false, false);
    const GraphFacts eval(graph, Mode::eval);
    CHECK(eval.normalization[0] == 1);
    CHECK(eval.folded[1]);
    const GraphFacts train(graph, Mode::train);
    CHECK(!train.normalization[0]);
    CHECK(!train.folded[1]);
  }
}

TEST_CASE("folded layer: layer, normalisation and relu are one operation in evaluation") {
  const GraphFacts eval(make_graph(conv2d, false, true, false), Mode::eval);
  CHECK(eval.normalization[0] == 1);
  CHECK(eval.activation[0] == Activation::relu);
  CHECK(eval.folded == std::vector<bool>{false, true, true});
  const GraphFacts train(make_graph(conv2d, false, true, false), Mode::train);
  CHECK(train.activation[0] == Activation::none);
}

TEST_CASE("folded layer: not if the layer's output has another reader, nor after a relu") {
  Graph read_twice(conv2d.input);
  const size_t conv = read_twice.append(make_layer("conv2d", conv2d.options));
  const size_t norm = read_twice.append(make_layer("batch_norm", {}));
  read_twice.add(std::make_unique<Sum>(), {conv, norm});
  CHECK(!GraphFacts(read_twice, Mode::eval).folded[1]);

  Graph after_relu(conv2d.input);
  after_relu.append(make_layer("conv2d", conv2d.options));
  after_relu.append(make_layer("relu", {}));
  after_relu.append(make_layer("batch_norm", {}));
  CHECK(!GraphFacts(after_relu, Mode::eval).folded[2]);
}

TEST_CASE("folded layer: weights are folded again only when a version changed") {
  const auto backend = make_backend("host", 1);
  Network network(make_graph(conv2d, true, false, false), *backend, 1);
  set_parameters(network, 10);
  const auto before = evaluate(network);
  backend->fill(network.parameters()[0].value, 0);
  CHECK(evaluate(network) == before);
  network.values_changed();
  CHECK(evaluate(network) != before);
}

TEST_CASE("folded layer: statistics changed by a training pass are used even without an update") {
  for_each_product([](Backend& backend, const Product& product, bool bias, bool relu) {
    Network together(make_graph(product, bias, relu, false), backend, 1);
    Network apart(make_graph(product, bias, relu, true), backend, 1);
    const auto before = evaluate(together);
    for (Network* network : {&together, &apart}) {
      for (int i = 0; i < 20; ++i) run(*network, Mode::train, 5);
    }
    const auto after = evaluate(together);
    check_close(after, evaluate(apart));
    CHECK(after != before);
  });
}

TEST_CASE("folded layer: other batches in between have no effect, and nothing is allocated") {
  for_each_product([](Backend& backend, const Product& product, bool bias, bool relu) {
    Network network(make_graph(product, bias, relu, false), backend, 1);
    set_parameters(network, 10);
    const auto first = run(network, Mode::eval, 3);
    const auto larger = run(network, Mode::eval, 9);
    CHECK(run(network, Mode::eval, 3) == first);
    CHECK(run(network, Mode::eval, 9) == larger);

    const std::vector<float> values = random_values(3 * product.input.elements(), 1);
    const auto passes = [&] {
      for (const Mode mode : {Mode::train, Mode::eval}) {
        backend.upload(values.data(), network.prepare(mode, 3));
        network.forward();
      }
    };
    passes();
    const uint64_t allocations = allocation_count();
    passes();
    const uint64_t more = allocation_count() - allocations;
    if (backend.name() != "host") CHECK(more == 0);
  });
}

}  // namespace
}  // namespace convlab
