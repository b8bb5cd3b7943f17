#pragma once

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include "backend/device.h"
#include "explain/explanation.h"
#include "io/graph_json.h"
#include "nn/network.h"

/// Networks and images for tests of explanations.
namespace convlab {

/// Has normalisations, activations, a branch, strides, dilation and groups; no kink of a ReLU is
/// near with gelu.
inline Graph mixed_graph(const std::string& activation) {
  Graph graph = parse_graph_json(R"({"input": [11, 9, 3], "layers": [
    {"kind": "conv2d", "name": "a", "options": {"filters": 6, "padding": "same"}},
    {"kind": "batch_norm"}, {"kind": ")" +
                                     activation + R"(", "name": "a_out"},
    {"kind": "conv2d", "name": "b", "options": {"filters": 6, "kernel": 3, "kernel_width": 2,
      "stride": 2, "stride_width": 1, "padding": "explicit", "pad_top": 2, "pad_left": 1,
      "groups": 2}},
    {"kind": ")" + activation + R"("},
    {"kind": "conv2d", "name": "c", "options": {"filters": 4, "dilation": 2, "padding": "same"}},
    {"kind": "depthwise_conv2d", "name": "d", "options": {"padding": "same"}},
    {"kind": "concat", "name": "joined", "inputs": ["c", "d"]},
    {"kind": ")" + activation + R"(", "name": "last"},
    {"kind": "dropout"}, {"kind": "flatten"},
    {"kind": "dense", "name": "scores", "options": {"units": 4}}]})",
                                 "test");
  graph.set_normalization({.scale = {0.02F, 0.015F, 0.01F}, .offset = {-1, -1.5F, -2}});
  return graph;
}

inline std::vector<uint8_t> random_pixels(const Shape& image, uint64_t stream = 5) {
  std::vector<uint8_t> pixels;
  for (const float x : random_values(image.elements(), stream))
    pixels.push_back(static_cast<uint8_t>(127.5F * (x + 1)));
  return pixels;
}

/// Fails unless two lists agree within `tolerance` times the largest of `wanted`.
template <class Got, class Wanted>
void check_agree(const Got& got, const Wanted& wanted, double tolerance) {
  REQUIRE(got.size() == wanted.size());
  double max = 0;
  for (const auto x : wanted) max = std::max(max, std::abs(double{x}));
  for (size_t i = 0; i < got.size(); ++i) {
    INFO(i);
    CHECK(double{got[i]} == Catch::Approx(double{wanted[i]}).margin(tolerance * max));
  }
}

/// Calls `use` with a network of `graph` on every backend.
template <class Use>
void on_every_backend(const Graph& graph, Use use) {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    const auto backend = kind.make(2);
    Network network(graph, *backend, 3);
    use(network);
  }
}

}  // namespace convlab
