#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <map>

#include "engine/small_engine.h"

using namespace convlab;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<uint8_t> some_pixels() {
  const DatasetSplits data = make_synthetic(1, 1, {28, 28, 1}, 10);
  return pixels_of(*data.test, 0);
}

}  // namespace

TEST_CASE("activations: the output of every layer for an image") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_run()});
  engine.send(Step{});
  settle(engine);
  const GivenImage given{.height = 28, .width = 28, .channels = 1, .pixels = some_pixels()};
  const auto model = engine.call<ModelDescription>(DescribeModel{});
  std::map<std::string, std::vector<float>> outputs{{"input", {}}};
  for (const uint8_t pixel : given.pixels)
    outputs["input"].push_back(static_cast<float>(pixel) * (1 / 255.0F));
  int activations = 0;
  for (const LayerDescription& layer : model.layers) {
    INFO(layer.name);
    auto output = engine.call<LayerOutput>(Activations{given, layer.name});
    CHECK(output.layer == layer.name);
    CHECK(output.shape == layer.output);
    REQUIRE(std::ssize(output.values) == layer.output.elements());
    if (layer.kind == "flatten") CHECK(output.values == outputs.at(layer.inputs[0]));
    if (layer.kind == "relu") {  // computed by the layer before it in a prediction, but not here
      ++activations;
      std::vector<float> expected = outputs.at(layer.inputs[0]);
      CHECK(*std::min_element(expected.begin(), expected.end()) < 0);
      for (float& value : expected) value = std::max(value, 0.0F);
      CHECK(output.values == expected);
    }
    outputs[layer.name] = std::move(output.values);
  }
  CHECK(activations > 0);

  const std::vector<float>& logits = outputs.at(model.layers.back().name);
  const auto prediction = engine.call<Prediction>(Predict{given});
  CHECK(prediction.are_probabilities);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit);
  for (size_t i = 0; i < logits.size(); ++i)
    CHECK(prediction.scores[i] == Approx(std::exp(logits[i]) / sum).epsilon(1e-5));
  CHECK_THAT(refusal_of(engine, Activations{given, "dence_1"}),
             ContainsSubstring("unknown layer 'dence_1' (did you mean 'dense_1'?)"));
  CHECK_THAT(refusal_of(engine, Activations{{.pixels = {1}}, "dense_1"}),
             ContainsSubstring("0 x 0 pixels"));
}

TEST_CASE("activations: looking into a network does not change its training") {
  const auto train = [](bool looks) {
    Engine engine = make_engine();
    engine.call<Configured>(Configure{small_run()});
    engine.send(Start{});
    const GivenImage given{.height = 28, .width = 28, .channels = 1, .pixels = some_pixels()};
    for (int i = 0; i < 4; ++i) {
      engine.advance();
      if (looks) engine.call<LayerOutput>(Activations{given, "dense_1"});
    }
    settle(engine);
    return engine.call<SavedFile>(SaveModel{}).bytes;
  };
  CHECK(train(true) == train(false));
}

TEST_CASE("predict: outputs that are no probabilities are said to be none") {
  Engine engine = make_engine();
  RunOptions run = small_run();
  run.loss = "hinge";
  run.architecture = R"({"input": [28, 28, 1], "layers": [
      {"kind": "flatten"}, {"kind": "dense", "options": {"units": 10}}]})";
  engine.call<Configured>(Configure{run});
  engine.call<Done>(Subscribe{{"predictions"}});
  const Predict predict{{.height = 28, .width = 28, .channels = 1, .pixels = some_pixels()}};
  CHECK_FALSE(engine.call<Prediction>(predict).are_probabilities);
  CHECK_FALSE(engine.snapshot()->predictions->are_probabilities);
  // A loss that does not contain the softmax, after a network that does.
  run.loss = "mean_squared_error";
  run.architecture = R"({"input": [28, 28, 1], "layers": [
      {"kind": "flatten"}, {"kind": "dense", "options": {"units": 10}}, {"kind": "softmax"}]})";
  engine.call<Configured>(Configure{run});
  CHECK(engine.call<Prediction>(predict).are_probabilities);
  CHECK(engine.snapshot()->predictions->are_probabilities);
}
