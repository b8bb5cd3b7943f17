#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "engine/small_engine.h"
#include "features/feature_file.h"
#include "features/feature_files.h"
#include "io/model_file.h"

// Runs on features instead of images.

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;

DatasetSplits features(const std::string& weights) {
  FeatureInfo info = small_feature_info(120, 60);
  info.weights = weights;
  return parse_feature_file(memory_source("f.safetensors", feature_file_bytes(info))).data;
}

/// Data sets "f" and "g" are features of different weights, "images" has images of their shape.
Engine feature_engine() {
  const auto open = [](const std::string& name) {
    if (name == "images") return make_synthetic(12, 6, {1, 1, 4}, 3);
    return features(std::string(64, name == "f" ? 'a' : 'c'));
  };
  return Engine({.backend = make_backend("xnnpack", 1), .open_data = open, .now = ticking_clock()});
}

RunOptions feature_run() {
  RunOptions options;
  options.data = "f";
  options.model = "article-head";
  options.batch = 32;
  options.epochs = 2;
  options.learning_rate = 0.01;
  return options;
}

std::shared_ptr<const Snapshot> train(Engine& engine, const RunOptions& options) {
  engine.call<Configured>(Configure{options});
  engine.call<Done>(Start{});
  return settle(engine);
}

}  // namespace

TEST_CASE("features run: a head learns, is saved, loaded and evaluated like any network") {
  Engine engine = feature_engine();
  RunOptions options = feature_run();
  options.model = "linear";
  options.epochs = 30;
  const auto snapshot = train(engine, options);
  REQUIRE(snapshot->state == RunState::finished);
  CHECK(snapshot->history.back().val_accuracy > 0.9);
  const std::vector<uint8_t> model = model_of(engine);
  const ModelFile file = parse_model(model, "head");
  CHECK(file.graph.normalization() == InputNormalization{.scale = {1}, .offset = {0}});
  Engine other = feature_engine();
  RunOptions load;
  load.data = "f";
  other.call<Configured>(LoadModel{"head.safetensors", model, load});
  CHECK(other.call<Evaluation>(Evaluate{}).accuracy == snapshot->history.back().val_accuracy);
}

TEST_CASE("features run: a checkpoint continues bit for bit") {
  Engine whole = feature_engine();
  train(whole, feature_run());
  Engine first = feature_engine();
  first.call<Configured>(Configure{feature_run()});
  for (int i = 0; i < 5; ++i) {
    first.call<Done>(Step{});
    settle(first);
  }
  Engine second = feature_engine();
  second.call<Configured>(Configure{feature_run()});
  second.call<Done>(LoadCheckpoint{"c", checkpoint_of(first)});
  second.call<Done>(Start{});
  settle(second);
  CHECK(model_of(second) == model_of(whole));
  Engine other = feature_engine();
  RunOptions options = feature_run();
  options.data = "g";
  other.call<Configured>(Configure{options});
  CHECK_FALSE(refusal_of(other, LoadCheckpoint{"c", checkpoint_of(first)}).empty());
}

TEST_CASE("features run: a validation split, limits of memory and the search for a rate work") {
  Engine engine = feature_engine();
  RunOptions options = feature_run();
  options.validation_split = 0.25;
  CHECK(train(engine, options)->state == RunState::finished);
  FindLearningRate request{.options = feature_run(), .steps = 20};
  CHECK(engine.call<LearningRates>(request).rates.size() > 5);
}

TEST_CASE("features run: what changes images is refused") {
  Engine engine = feature_engine();
  const auto refused = [&](const RunOptions& options, const std::string& message) {
    CHECK_THAT(refusal_of(engine, Configure{options}), ContainsSubstring(message));
    CHECK_THAT(refusal_of(engine, FindLearningRate{.options = options}),
               ContainsSubstring(message));
  };
  RunOptions options = feature_run();
  options.standardize = true;
  refused(options, "standardize is for images, but f.safetensors holds features");
  options = feature_run();
  options.featurewise_center = true;
  refused(options, "featurewise_center is for images");
  options = feature_run();
  options.image_size = 32;
  refused(options, "image_size is for images");
  options = feature_run();
  options.augmentation = {{"flip", true}};
  refused(options, "cannot be changed at random");
}

TEST_CASE("features run: there is nothing to look at, and no image to predict") {
  Engine engine = feature_engine();
  engine.call<Done>(Subscribe{{"samples", "predictions", "filters"}});
  const auto snapshot = train(engine, feature_run());
  CHECK(snapshot->state == RunState::finished);
  CHECK(snapshot->samples->labels.empty());
  CHECK(snapshot->predictions->classes.empty());
  CHECK(snapshot->filters->count == 0);
  const GivenImage image{
      .source = "cat.png", .height = 1, .width = 1, .channels = 3, .pixels = {1, 2, 3}};
  CHECK_THAT(refusal_of(engine, Predict{image}),
             ContainsSubstring("article-head reads features (small"));
  CHECK_THAT(refusal_of(engine, Activations{image, "dense_1"}),
             ContainsSubstring("reads features"));
}

TEST_CASE("features run: a head knows its features: not others, and no images") {
  Engine engine = feature_engine();
  train(engine, feature_run());
  const std::vector<uint8_t> model = model_of(engine);
  RunOptions options;
  options.data = "g";
  CHECK_THAT(refusal_of(engine, LoadModel{"head.safetensors", model, options}),
             ContainsSubstring("head.safetensors was trained on features of small, weights aaaa"));
  options.data = "images";
  CHECK_THAT(refusal_of(engine, LoadModel{"head.safetensors", model, options}),
             ContainsSubstring("holds images; expected a file of convlab features"));
  // Without its data it can only be looked at.
  options.data.clear();
  engine.call<Configured>(LoadModel{"head.safetensors", model, options});
  const GivenImage image{
      .source = "cat.png", .height = 1, .width = 1, .channels = 3, .pixels = {1, 2, 3}};
  CHECK_THAT(refusal_of(engine, Predict{image}), ContainsSubstring("reads features"));
  // And a network for images does not read features.
  options = feature_run();
  options.data = "images";
  train(engine, options);
  const std::vector<uint8_t> of_images = model_of(engine);
  options = {};
  options.data = "f";
  CHECK_THAT(refusal_of(engine, LoadModel{"other", of_images, options}),
             ContainsSubstring("was trained on images"));
}

}  // namespace convlab
