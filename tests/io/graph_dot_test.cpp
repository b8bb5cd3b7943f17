#include "io/graph_dot.h"

#include <catch2/catch_test_macros.hpp>

#include "nn/activations.h"
#include "nn/conv2d.h"

namespace convlab {

TEST_CASE("graph dot: a box for each layer, an arrow for each input") {
  Graph graph({8, 8, 3});
  const size_t a = graph.add(std::make_unique<Conv2d>(Conv2dOptions{.filters = 2}), {0});
  graph.set_frozen(0, true);
  graph.add(std::make_unique<Relu>(), {0}, "a \"name\\");
  graph.add(std::make_unique<Relu>(), {a});
  CHECK(graph_dot(graph, "my.json") == R"dot(digraph "my.json" {
  node [shape=box, fontname="sans-serif"];
  v0 [label="input\n(8, 8, 3)", shape=oval];
  v1 [label="conv2d_1\nconv2d, frozen, 56 parameters\n(6, 6, 2)"];
  v0 -> v1;
  v2 [label="a \"name\\\nrelu\n(8, 8, 3)"];
  v0 -> v2;
  v3 [label="relu_2\nrelu\n(6, 6, 2)"];
  v1 -> v3;
}
)dot");
}

}  // namespace convlab
