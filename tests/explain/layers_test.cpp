#include "explain/layers.h"

#include <algorithm>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "explain/pixel_arithmetic.h"
#include "explain/small_networks.h"

namespace convlab {
namespace {

using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

}  // namespace

TEST_CASE("explain: filters are the kernels of a convolution, and of a dense layer on the image") {
  on_every_backend(mixed_graph("relu"), [](Network& network) {
    const LayerFilters filters = layer_filters(network, "");
    CHECK(filters.layer == "a");
    CHECK(std::vector{filters.count, filters.height, filters.width, filters.channels} ==
          std::vector<int64_t>{6, 3, 3, 3});
    const ScoredNetwork scored(network, "");
    CHECK(filters.weights == scored.read(network.parameters_of(0)[0].value));
    const LayerFilters grouped = layer_filters(network, "b");
    CHECK(std::vector{grouped.count, grouped.height, grouped.width, grouped.channels} ==
          std::vector<int64_t>{6, 3, 2, 3});
    CHECK_THROWS_MATCHES(layer_filters(network, "scores"), Error,
                         MessageMatches(ContainsSubstring("layer scores is a dense; expected a")));
  });
  const auto backend = make_backend("host", 1);
  Network dense(parse_graph_json(R"({"input": [4, 3, 1], "layers": [{"kind": "flatten"},
      {"kind": "dense", "name": "first", "options": {"units": 5}},
      {"kind": "dense", "name": "second", "options": {"units": 2}}]})",
                                 "test"),
                *backend, 1);
  const LayerFilters filters = layer_filters(dense, "");
  CHECK(filters.layer == "first");
  CHECK(std::vector{filters.count, filters.height, filters.width, filters.channels} ==
        std::vector<int64_t>{5, 4, 3, 1});
  CHECK_THROWS_AS(layer_filters(dense, "second"), Error);
}

TEST_CASE(
    "explain: feature maps are a layer's own output, and their summaries say what is in them") {
  on_every_backend(mixed_graph("relu"), [](Network& network) {
    const ScoredNetwork scored(network, "softmax");
    const std::vector<uint8_t> pixels = random_pixels(scored.image());
    const FeatureMaps before = feature_maps(scored, pixels, "joined");
    FeatureMaps after = feature_maps(scored, pixels, "");
    CHECK(after.layer == "last");
    std::vector<float> expected = before.values;
    CHECK(*std::min_element(expected.begin(), expected.end()) < 0);
    for (float& value : expected) value = std::max(value, 0.0F);
    CHECK(after.values == expected);
    const auto all = summaries(after.shape, after.values);
    REQUIRE(std::ssize(all) == after.shape[2]);
    for (size_t c = 0; c < all.size(); ++c) {
      const auto at = (all[c].row * after.shape[1] + all[c].column) * after.shape[2];
      CHECK(after.values[static_cast<size_t>(at) + c] == all[c].max);
      CHECK(all[c].is_dead == (all[c].max <= 0));
    }
  });
  const auto two = summaries({1, 2, 2}, std::vector<float>{0, 1, -2, 4});
  CHECK(two[0].is_dead);
  CHECK(two[0].min == -2);
  CHECK(two[0].mean == -1);
  CHECK_FALSE(two[1].is_dead);
  CHECK(two[1].max == 4);
  CHECK(two[1].column == 1);
}

TEST_CASE("explain: the sum of a pixel's arithmetic is the network's output there") {
  on_every_backend(mixed_graph("relu"), [](Network& network) {
    const ScoredNetwork scored(network, "softmax");
    const std::vector<uint8_t> pixels = random_pixels(scored.image());
    for (const std::string layer : {"a", "b", "c", "d"}) {
      const FeatureMaps maps = feature_maps(scored, pixels, layer);
      const Shape& shape = maps.shape;
      for (int64_t i = 0; i < shape.elements(); i += 3) {
        INFO(layer << " " << i);
        const PixelArithmetic result = pixel_arithmetic(
            scored, pixels, layer, i / shape[2] / shape[1], i / shape[2] % shape[1], i % shape[2]);
        CHECK(result.output == maps.values[static_cast<size_t>(i)]);
        CHECK(result.sum == Approx(result.output).margin(1e-5));
        const int64_t size = result.height * result.width * result.channels;
        CHECK(std::ssize(result.patch) == size);
        CHECK(std::ssize(result.products) == size);
      }
    }
  });
}

TEST_CASE("explain: the numbers of a pixel's arithmetic by hand") {
  const auto backend = make_backend("host", 1);
  Network network(parse_graph_json(R"({"input": [2, 2, 1], "layers": [
      {"kind": "conv2d", "name": "conv", "options": {"filters": 1, "kernel": 2, "padding": "same"}},
      {"kind": "flatten"}]})",
                                   "test"),
                  *backend, 1);
  const std::vector<float> kernel{1, 2, 3, 4};
  const float bias = 0.5F;
  backend->upload(kernel.data(), network.parameters()[0].value);
  backend->upload(&bias, network.parameters()[1].value);
  network.values_changed();
  const PixelArithmetic result =
      pixel_arithmetic({network, ""}, std::vector<uint8_t>{0, 51, 102, 255}, "conv", 0, 1, 0);
  CHECK(result.top == 0);
  CHECK(result.left == 1);
  CHECK(result.kernel == kernel);
  // The right column lies in the padding.
  check_agree(result.patch, std::vector<float>{0.2F, 0, 1, 0}, 1e-6);
  check_agree(result.products, std::vector<double>{0.2, 0, 3, 0}, 1e-6);
  CHECK(result.bias == 0.5);
  CHECK(result.sum == Approx(3.7));
  CHECK(result.output == Approx(3.7));
}

TEST_CASE("explain: a pixel's arithmetic needs a convolution and a place in its output") {
  const auto backend = make_backend("host", 1);
  Network network(mixed_graph("relu"), *backend, 1);
  const auto refused = [&](const std::string& layer, int64_t row, int64_t column, int64_t channel,
                           const std::string& why) {
    CHECK_THROWS_MATCHES(
        pixel_arithmetic({network, ""}, random_pixels({11, 9, 3}), layer, row, column, channel),
        Error, MessageMatches(ContainsSubstring(why)));
  };
  refused("e", 0, 0, 0, "unknown layer 'e'");
  refused("scores", 0, 0, 0, "layer scores is a dense; expected a convolution");
  refused("a", 11, 0, 0,
          "row 11 of the output of a, which has the shape (11, 9, 6); expected 0 to 10");
  refused("a", 0, -1, 0, "column -1 of the output of a");
  refused("a", 0, 0, 6, "channel 6 of the output of a");
}

}  // namespace convlab
