#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <limits>

#include "engine/small_engine.h"
#include "explain/explanation.h"

using namespace convlab;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A network with convolutions that trains fast.
RunOptions small_convnet() {
  RunOptions run = small_run();
  run.architecture = R"({"input": [28, 28, 1], "layers": [
      {"kind": "conv2d", "name": "conv", "options": {"filters": 4, "kernel": 5, "stride": 2}},
      {"kind": "batch_norm"}, {"kind": "relu", "name": "relu"},
      {"kind": "conv2d", "name": "second", "options": {"filters": 4}},
      {"kind": "relu", "name": "last"}, {"kind": "dropout"}, {"kind": "flatten"},
      {"kind": "dense", "name": "scores", "options": {"units": 10}}, {"kind": "softmax"}]})";
  run.update_options = {{"ema_momentum", 0.9}};
  return run;
}

GivenImage test_image(int64_t index) {
  return {.pixels = {}, .is_test_image = true, .index = index};
}

GivenImage pixels_of_test_image(int64_t index) {
  const DatasetSplits data = make_synthetic(train_size, test_size, {28, 28, 1}, 10);
  return {.height = 28, .width = 28, .channels = 1, .pixels = pixels_of(*data.test, index)};
}

Explain request(std::string_view method, GivenImage image) {
  Explain explain{.image = std::move(image), .options = {}};
  explain.options.method = method;
  explain.options.samples = 3;
  explain.options.stride = 7;
  return explain;
}

}  // namespace

TEST_CASE("explain request: the map of each method, for an image given by index or by pixels") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_convnet()});
  engine.send(Step{});
  settle(engine);
  const auto prediction = engine.call<Prediction>(Predict{pixels_of_test_image(7)});
  for (const ExplainMethod& method : explain_methods()) {
    INFO(method.name);
    const auto result = engine.call<ExplainedImage>(request(method.name, test_image(7)));
    const auto& [explained, map, layer] = result.explanation;
    CHECK(result.method == method.name);
    CHECK(explained.index == prediction.best);
    CHECK(explained.is_probability);
    CHECK(explained.probability ==
          Approx(prediction.scores[static_cast<size_t>(prediction.best)]).epsilon(1e-5));
    CHECK(result.class_name == "class " + std::to_string(prediction.best));
    CHECK(result.pixels == pixels_of_test_image(7).pixels);
    CHECK(std::ssize(map.values) == map.height * map.width);
    CHECK(layer == (method.name == "gradcam" ? "last" : ""));
    const auto same = engine.call<ExplainedImage>(request(method.name, pixels_of_test_image(7)));
    CHECK(same.explanation.map.values == map.values);
    Explain other = request(method.name, test_image(7));
    other.class_name = "class " + std::to_string((prediction.best + 1) % 10);
    CHECK(engine.call<ExplainedImage>(other).explanation.map.values != map.values);
  }
}

TEST_CASE("explain request: filters, and the arithmetic of a pixel") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_convnet()});
  engine.send(Step{});
  settle(engine);
  const auto filters = engine.call<FilterImages>(ShowFilters{}).filters;
  CHECK(filters.layer == "conv");
  CHECK(filters.weights.size() == 4 * 5 * 5);
  const auto maps = engine.call<LayerOutput>(Activations{test_image(3), "conv"});
  const auto pixel = engine.call<PixelSum>(ShowPixel{test_image(3), "conv", 2, 5, 1}).arithmetic;
  CHECK(pixel.top == 4);
  CHECK(pixel.left == 10);
  CHECK(pixel.pad_top == 0);
  CHECK(pixel.output == maps.values[(2 * 12 + 5) * 4 + 1]);
  CHECK(pixel.sum == Approx(pixel.output).margin(1e-5));
  CHECK(engine.call<LayerOutput>(Activations{test_image(3), ""}).layer == "last");
}

TEST_CASE("explain request: explanations do not change training, not even with averaged weights") {
  const auto train = [](bool looks) {
    Engine engine = make_engine();
    engine.call<Configured>(Configure{small_convnet()});
    engine.send(Start{});
    for (int i = 0; i < 6; ++i) {
      engine.advance();
      if (!looks) continue;
      for (const ExplainMethod& method : explain_methods())
        engine.call<ExplainedImage>(request(method.name, test_image(i)));
      engine.call<FilterImages>(ShowFilters{});
      engine.call<PixelSum>(ShowPixel{test_image(i), "second", 1, 1, 1});
    }
    settle(engine);
    return engine.call<SavedFile>(SaveCheckpoint{}).bytes;
  };
  CHECK(train(true) == train(false));
}

TEST_CASE("explain request: it can be cancelled, and ends with the run that it explains") {
  Engine engine = make_engine();
  engine.call<Configured>(Configure{small_convnet()});
  Explain explain = request("smoothgrad", test_image(0));
  explain.options.samples = 10'000;
  const auto error_of = [&](uint64_t id) {
    while (const std::optional<Reply> reply = engine.take_reply()) {
      if (reply->id == id) return reply->kind == ErrorKind::cancelled ? reply->error : "";
    }
    return std::string("no reply");
  };
  engine.send(explain, 5);
  for (int i = 0; i < 3; ++i) engine.advance();
  CHECK(engine.snapshot()->running.name == "explain");
  engine.send(Cancel{5}, 6);
  engine.advance();
  CHECK_FALSE(error_of(5).empty());
  engine.send(explain, 7);
  for (int i = 0; i < 3; ++i) engine.advance();
  engine.send(Reset{}, 8);
  engine.advance();
  CHECK_FALSE(error_of(7).empty());
}

TEST_CASE("explain request: what is wrong is refused, and training goes on") {
  Engine engine = make_engine();
  CHECK_THAT(refusal_of(engine, request("gradcam", test_image(0))),
             ContainsSubstring("there is no run to explain"));
  engine.call<Configured>(Configure{small_convnet()});
  const auto refused = [&](const auto& wrong, const std::string& why) {
    CHECK_THAT(refusal_of(engine, wrong), ContainsSubstring(why));
  };
  refused(request("gradcam", test_image(200)),
          "test image 200: the data set of synthetic has 200 test images, numbered from 0");
  refused(request("gradcam", test_image(std::numeric_limits<int64_t>::max())), "test image 9223");
  refused(request("gradcam", {.pixels = {1}}), "0 x 0 pixels");
  refused(request("gradcan", test_image(0)), "unknown method 'gradcan' (did you mean 'gradcam'?)");
  Explain wrong = request("gradcam", test_image(0));
  wrong.options.layer = "scores";
  refused(wrong, "layer scores has an output of shape (10)");
  wrong.class_name = "class 11";
  refused(wrong, "unknown class 'class 11' (did you mean 'class 1'?)");
  wrong.class_name = "10";
  wrong.options.layer.clear();
  refused(wrong, "class 10: the network has 10 classes, numbered from 0");
  refused(ShowFilters{"convs"}, "unknown layer 'convs' (did you mean 'conv'?)");
  refused(ShowPixel{test_image(0), "conv", 99, 0, 0}, "row 99 of the output of conv");
  engine.send(Step{});
  CHECK(settle(engine)->step == 1);
}
