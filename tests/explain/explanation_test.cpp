#include "explain/explanation.h"

#include <algorithm>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "explain/small_networks.h"

namespace convlab {
namespace {

using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// The score of a class for an input.
double score_at(ScoredNetwork& network, const std::vector<float>& input, int32_t index) {
  return network.class_of(network.forward(input), index).score;
}

Explanation explained(Network& network, const ExplainOptions& options) {
  return explain({network, "softmax"}, random_pixels(network.graph().input_shape()), options);
}

}  // namespace

TEST_CASE("explain: saliency is the gradient of the class score by finite differences") {
  on_every_backend(mixed_graph("gelu"), [](Network& network) {
    ScoredNetwork scored(network, "softmax");
    const Shape& image = scored.image();
    const std::vector<uint8_t> pixels = random_pixels(image);
    const Explanation saliency = explain(scored, pixels, {.method = "saliency", .class_index = 2});
    CHECK(saliency.map.height == 11);
    CHECK(saliency.map.width == 9);
    std::vector<double> expected;
    const std::vector<float> input = scored.input_of(pixels);
    constexpr float step = 0x1p-5F;
    for (size_t pixel = 0; pixel < input.size() / 3; ++pixel) {
      double largest = 0;
      for (size_t i = 3 * pixel; i < 3 * pixel + 3; ++i) {
        std::vector<float> moved = input;
        moved[i] = input[i] + step;
        const double above = score_at(scored, moved, 2);
        moved[i] = input[i] - step;
        largest = std::max(largest, std::abs(above - score_at(scored, moved, 2)) / (2 * step));
      }
      expected.push_back(largest);
    }
    check_agree(saliency.map.values, expected, 2e-3);
  });
}

TEST_CASE("explain: Grad-CAM weights each map by the mean change of the score when it rises") {
  // The layers after `last` are linear, so finite differences are exact but for rounding.
  on_every_backend(mixed_graph("relu"), [](Network& network) {
    const Explanation cam = explained(network, {.class_index = 1, .layer = "last"});
    const Graph& graph = network.graph();
    const size_t value = 9;  // of `last`
    REQUIRE(graph.nodes()[value - 1].name == "last");
    const Shape shape = graph.value_shape(value);
    CHECK(cam.layer == "last");
    ScoredNetwork scored(network, "softmax");
    scored.forward(scored.input_of(random_pixels(scored.image())), {.keep = {value}});
    const std::vector<float> maps = scored.kept(value);
    const auto& dense = network.parameters_of(graph.nodes().size() - 1)[0].value;
    const std::vector<float> weights = scored.read(dense.part(1, 2));
    std::vector<double> expected;
    const auto channels = static_cast<size_t>(shape[2]);
    const auto pixels = maps.size() / channels;
    for (size_t p = 0; p < pixels; ++p) {
      double sum = 0;
      for (size_t c = 0; c < channels; ++c) {
        double mean = 0;
        for (size_t q = 0; q < pixels; ++q)
          mean += weights[q * channels + c] / static_cast<double>(pixels);
        sum += mean * maps[p * channels + c];
      }
      expected.push_back(std::max(sum, 0.0));
    }
    CHECK(cam.map.height * cam.map.width == std::ssize(expected));
    check_agree(cam.map.values, expected, 1e-4);
  });
}

TEST_CASE("explain: SmoothGrad without noise is saliency, and with noise depends on the seed") {
  on_every_backend(mixed_graph("relu"), [](Network& network) {
    const Explanation saliency = explained(network, {.method = "saliency"});
    const auto smooth = [&](double noise, uint64_t seed, int64_t samples) {
      return explained(network,
                       {.method = "smoothgrad", .samples = samples, .noise = noise, .seed = seed});
    };
    const Explanation still = smooth(0, 1, 5);
    CHECK(still.map.values == saliency.map.values);
    CHECK(still.explained.index == saliency.explained.index);
    CHECK(smooth(0.2, 1, 5).map.values == smooth(0.2, 1, 5).map.values);
    CHECK(smooth(0.2, 1, 5).map.values != smooth(0.2, 2, 5).map.values);
    // The class is that of the image, however strong the noise is.
    CHECK(smooth(10, 1, 3).explained.index == saliency.explained.index);
  });
}

TEST_CASE(
    "explain: SmoothGrad averages the gradients before it takes the largest of the channels") {
  // y = x², whose gradient 2x has the mean 2x under noise. The mean of |2x| would be above.
  const Graph graph = parse_graph_json(R"({"input": [2, 2, 1], "layers": [
      {"kind": "multiply", "inputs": ["input", "input"]}, {"kind": "flatten"}]})",
                                       "test");
  const auto backend = make_backend("host", 1);
  Network network(graph, *backend, 0);
  const Explanation smooth =
      explain({network, "softmax"}, {0, 0, 0, 255},
              {.method = "smoothgrad", .class_index = 1, .samples = 4000, .noise = 0.5});
  // The standard deviation of the mean is 2 · 0.5 / √4000 = 0.016; E|2x| would be 0.8.
  CHECK(smooth.map.values[1] < 0.08);
  CHECK(smooth.map.values[0] == 0);
}

TEST_CASE("explain: occlusion is the fall of the probability when a grey square covers the image") {
  on_every_backend(mixed_graph("relu"), [](Network& network) {
    const Explanation fall = explained(network, {.method = "occlusion", .patch = 4, .stride = 3});
    CHECK(fall.map.height == 4);  // 11 / 3, rounded up
    CHECK(fall.map.width == 3);
    ScoredNetwork scored(network, "softmax");
    const Shape& image = scored.image();
    const std::vector<uint8_t> pixels = random_pixels(image);
    const auto probability = [&](const std::vector<uint8_t>& shown) {
      const std::vector<float> scores = scored.forward(scored.input_of(shown));
      double sum = 0;
      for (const float score : scores) sum += std::exp(double{score});
      return std::exp(double{scores[static_cast<size_t>(fall.explained.index)]}) / sum;
    };
    CHECK(fall.explained.probability == Approx(probability(pixels)).epsilon(1e-5));
    std::vector<double> expected;
    // Centres at (i + 1/2) · 11 / 4 = 1.4, 4.1, 6.9, 9.6 and (i + 1/2) · 9 / 3 = 1.5, 4.5, 7.5; the
    // first pixel of 4 is that minus 2, rounded, halves up.
    for (const auto& [top, bottom] : {std::pair{0, 3}, {2, 6}, {5, 9}, {8, 11}}) {
      for (const auto& [left, right] : {std::pair{0, 4}, {3, 7}, {6, 9}}) {
        std::vector<uint8_t> covered = pixels;
        for (int y = top; y < bottom; ++y) {
          for (int x = 3 * left; x < 3 * right; ++x)
            covered[static_cast<size_t>(y) * 27 + static_cast<size_t>(x)] = 128;
        }
        expected.push_back(probability(pixels) - probability(covered));
      }
    }
    REQUIRE(expected.size() == fall.map.values.size());
    for (size_t i = 0; i < expected.size(); ++i)
      CHECK(fall.map.values[i] == Approx(expected[i]).margin(2e-6));
  });
}

TEST_CASE("explain: all backends give the same") {
  for (const ExplainMethod& method : explain_methods()) {
    INFO(method.name);
    std::vector<Explanation> all;
    on_every_backend(mixed_graph("relu"), [&](Network& network) {
      all.push_back(explained(network, {.method = std::string(method.name), .samples = 4}));
    });
    for (const Explanation& other : all) {
      CHECK(other.explained.index == all[0].explained.index);
      CHECK(other.layer == all[0].layer);
      check_agree(other.map.values, all[0].map.values, 1e-4);
    }
  }
}

TEST_CASE("explain: a final softmax or sigmoid does not count, and one output means two classes") {
  const auto backend = make_backend("host", 1);
  const auto graph = [](const std::string& end) {
    return parse_graph_json(R"({"input": [4, 4, 1], "layers": [
        {"kind": "conv2d", "name": "conv", "options": {"filters": 2}}, {"kind": "flatten"},
        {"kind": "dense", "options": {"units": )" +
                                end + "]}",
                            "test");
  };
  const auto saliency = [&](const Graph& built, std::string_view activation, int64_t index) {
    Network network(built, *backend, 1);
    return explain({network, activation}, random_pixels({4, 4, 1}),
                   {.method = "saliency", .class_index = index});
  };
  const Explanation logits = saliency(graph("3}}"), "softmax", 0);
  const Explanation inside = saliency(graph(R"(3}}, {"kind": "softmax"})"), "", 0);
  CHECK(inside.map.values == logits.map.values);
  CHECK(inside.explained.is_probability);
  CHECK(inside.explained.probability == logits.explained.probability);
  CHECK_FALSE(saliency(graph("3}}"), "", 0).explained.is_probability);

  const Explanation first = saliency(graph("1}}"), "sigmoid", 0);
  const Explanation second = saliency(graph(R"(1}}, {"kind": "sigmoid"})"), "", 1);
  CHECK(first.map.values == second.map.values);
  CHECK(first.explained.score == -second.explained.score);
  CHECK(first.explained.probability + second.explained.probability == Approx(1));
  const int32_t best = saliency(graph("1}}"), "sigmoid", -1).explained.index;
  CHECK(best == int32_t{second.explained.score > 0});
}

TEST_CASE("explain: the layer of Grad-CAM is by default the last with the convolutions' size") {
  const auto backend = make_backend("host", 1);
  Network mixed(mixed_graph("relu"), *backend, 1);
  CHECK(explained(mixed, {}).layer == "last");  // not `joined` before it, not the dropout after it
  const auto layer_of = [&](const std::string& layers) {
    Network network(parse_graph_json(R"({"input": [6, 6, 1], "layers": [)" + layers + "]}", "test"),
                    *backend, 1);
    return explained(network, {}).layer;
  };
  const std::string conv = R"({"kind": "conv2d", "name": "conv", "options": {"filters": 2}})";
  const std::string dense = R"({"kind": "flatten"}, {"kind": "dense", "options": {"units": 2}})";
  CHECK(layer_of(conv + R"(, {"kind": "max_pool2d"}, )" + dense) == "conv");
  const std::string to_one = R"({"kind": "conv2d", "options": {"filters": 2, "kernel": 4}})";
  CHECK(layer_of(conv + ", " + to_one + ", " + dense) == "conv");
  CHECK_THROWS_MATCHES(
      layer_of(dense), Error,
      MessageMatches(ContainsSubstring("has no convolution whose output has more")));
}

TEST_CASE("explain: what cannot be explained is refused") {
  const auto backend = make_backend("host", 1);
  Network network(mixed_graph("relu"), *backend, 1);
  const auto refused = [&](const ExplainOptions& options, const std::string& why) {
    CHECK_THROWS_MATCHES(explained(network, options), Error,
                         MessageMatches(ContainsSubstring(why)));
  };
  refused({.method = "gradcamm"}, "unknown method 'gradcamm' (did you mean 'gradcam'?)");
  refused({.layer = "lats"}, "unknown layer 'lats' (did you mean 'last'?)");
  refused({.layer = "scores"},
          "layer scores has an output of shape (4); expected a height and width, more than one "
          "pixel, as that of last");
  refused({.class_index = 4}, "class 4: the network has 4 classes, numbered from 0");
  refused({.class_index = -2}, "class -2");
  refused({.class_index = int64_t{1} << 40}, "class 1099511627776");
  refused({.method = "smoothgrad", .samples = 0}, "samples is 0");
  refused({.method = "smoothgrad", .samples = 10'001}, "samples is 10001; expected 1 to 10000");
  refused({.method = "smoothgrad", .noise = -1}, "noise is -1");
  refused({.method = "smoothgrad", .noise = std::nan("")}, "noise is nan");
  refused({.method = "occlusion", .patch = 10}, "patch is 10; expected 1 to 9 pixels");
  refused({.method = "occlusion", .stride = -1}, "stride is -1");
  CHECK_THROWS_MATCHES(explain({network, ""}, {1, 2, 3}, {}), Error,
                       MessageMatches(ContainsSubstring("an image has 3 bytes; the network expects "
                                                        "297 for the shape (11, 9, 3)")));
  const Graph large = parse_graph_json(
      R"({"input": [101, 100, 1], "layers": [{"kind": "global_avg_pool2d"}]})", "test");
  Network of_large(large, *backend, 1);
  CHECK_THROWS_MATCHES(
      explained(of_large, {.method = "occlusion", .stride = 1}), Error,
      MessageMatches(ContainsSubstring("100 × 101 positions; expected at most 10000")));
  Network of_vectors(
      parse_graph_json(R"({"input": [5], "layers": [{"kind": "dense", "options": {"units": 2}}]})",
                       "test"),
      *backend, 1);
  CHECK_THROWS_MATCHES(ScoredNetwork(of_vectors, ""), Error,
                       MessageMatches(ContainsSubstring("input has the shape (5)")));
}

TEST_CASE("explain: a network whose output is not finite is refused by every method") {
  on_every_backend(mixed_graph("relu"), [](Network& network) {
    const Tensor& weights = network.parameters()[0].value;
    std::vector<float> values(static_cast<size_t>(weights.elements()),
                              std::numeric_limits<float>::quiet_NaN());
    network.backend().upload(values.data(), weights);
    network.values_changed();
    for (const ExplainMethod& method : explain_methods()) {
      CHECK_THROWS_MATCHES(
          explained(network, {.method = std::string(method.name)}), Error,
          MessageMatches(ContainsSubstring("the output of scores for this image is not finite")));
    }
  });
}

TEST_CASE("explain: an image of one pixel") {
  const auto backend = make_backend("host", 1);
  Network network(parse_graph_json(R"({"input": [1, 1, 3], "layers": [
      {"kind": "conv2d", "options": {"filters": 2, "kernel": 1}}, {"kind": "flatten"},
      {"kind": "dense", "options": {"units": 2}}]})",
                                   "test"),
                  *backend, 1);
  for (const std::string method : {"saliency", "smoothgrad", "occlusion"})
    CHECK(explained(network, {.method = method}).map.values.size() == 1);
  CHECK_THROWS_AS(explained(network, {}), Error);
}

}  // namespace convlab
