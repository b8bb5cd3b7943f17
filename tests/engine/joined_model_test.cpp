// A head that was trained on features, saved with the pretrained network that computes them.

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <cstring>
#include <memory>

#include "engine/small_engine.h"
#include "features/extract_features.h"
#include "features/feature_file.h"
#include "io/model_file.h"
#include "pretrained/weight_files.h"

namespace convlab {
namespace {

using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

const WeightSet& small_set() {
  static const WeightSet set = lenet5_set(16, 3);
  return set;
}

/// A set of a network with normalizations, for small images.
const WeightSet& resnet_set() {
  static const WeightSet set = [] {
    WeightSet small = *find_weight_sets("resnet18-torchvision").front();
    small.image = {32, 32, 3};
    return small;
  }();
  return set;
}

OpenedWeights open_resnet() {
  const Graph body = pretrained_graph(resnet_set(), NetworkPart::body);
  return {.set = resnet_set(),
          .source = memory_source("resnet", numbered_file(resnet_set(), body, 1e-4F).bytes()),
          .sha256 = std::string(64, 'c')};
}

OpenedWeights open_weights_of(const std::string& name) {
  if (name == "resnet") return open_resnet();
  return {.set = small_set(),
          .source = memory_source("small", lenet5_weights().bytes()),
          .sha256 = std::string(64, name == "small" ? 'a' : 'b')};
}

/// Data set "synthetic" has photos, any other the features `features`.
EngineEnvironment environment(const DatasetSplits& features) {
  return {.backend = make_backend("xnnpack", 1),
          .open_data =
              [features](const std::string& name) {
                return name == "synthetic" ? make_synthetic(60, 30, {16, 16, 3}, 3) : features;
              },
          .open_weights = open_weights_of,
          .now = ticking_clock()};
}

DatasetSplits features_of_photos(const std::string& weights, const std::string& pool) {
  Engine engine(environment({}));
  RunOptions options;
  options.data = "synthetic";
  options.model = "simple-convnet";
  engine.call<Configured>(Configure{options});
  const auto computed = engine.call<ComputedFeatures>(ExtractFeatures{weights, pool});
  return parse_feature_file(memory_source("f.safetensors", computed.bytes)).data;
}

/// An engine with a head trained on features.
std::unique_ptr<Engine> trained_head(const std::string& pool,
                                     const std::string& head = "article-head",
                                     const std::string& weights = "small") {
  auto engine = std::make_unique<Engine>(environment(features_of_photos(weights, pool)));
  RunOptions options;
  options.data = "f";
  options.model = head;
  options.batch = 16;
  options.epochs = 3;
  options.learning_rate = 0.01;
  engine->call<Configured>(Configure{options});
  engine->call<Done>(Start{});
  REQUIRE(settle(*engine)->state == RunState::finished);
  return engine;
}

/// An engine with that file on the data set that the file names.
std::unique_ptr<Engine> opened(const std::vector<uint8_t>& file, double learning_rate = 0.1) {
  auto engine = std::make_unique<Engine>(environment({}));
  RunOptions options;
  options.data.clear();
  options.batch = 16;
  options.epochs = 1;
  options.optimizer = "sgd";
  options.learning_rate = learning_rate;
  engine->call<Configured>(LoadModel{"joined.safetensors", file, options});
  return engine;
}

std::vector<float> values_of(const ModelFile& file, const std::string& name) {
  for (const SafeTensor& tensor : file.tensors) {
    if (tensor.name != name) continue;
    std::vector<float> values(tensor.data.size() / sizeof(float));
    std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
    return values;
  }
  FAIL("no tensor " << name);
  return {};
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::abs(double{a[i]} - double{b[i]});
  return sum;
}

}  // namespace

TEST_CASE("joined model: reads photos and predicts what the head predicts of their features") {
  for (const std::string pool : {"none", "avg", "max"}) {
    CAPTURE(pool);
    const auto head = trained_head(pool);
    const auto saved = head->call<SavedFile>(SaveModel{.backbone_weights = "small"});
    CHECK(saved.file_name == "small-article-head.safetensors");
    const auto joined = opened(saved.bytes);
    const auto snapshot = joined->snapshot();
    CHECK(snapshot->options.data == "synthetic");
    CHECK(snapshot->options.model == "small-article-head");
    const auto expected = head->call<Evaluation>(Evaluate{});
    const auto evaluation = joined->call<Evaluation>(Evaluate{});
    CHECK(evaluation.loss == Approx(expected.loss).epsilon(2e-3));  // features have float16
    CHECK(evaluation.images == 30);
    CHECK(joined->call<Prediction>(Predict{{.is_test_image = true}}).scores.size() == 3);
    const auto model = joined->call<ModelDescription>(DescribeModel{});
    for (const LayerDescription& layer : model.layers) {
      CAPTURE(layer.name);
      if (layer.parameters > 0) CHECK(layer.frozen == !layer.name.starts_with("head_"));
    }
  }
}

TEST_CASE("joined model: training changes the head alone, and a reset brings the file's weights") {
  const auto saved =
      trained_head("avg")->call<SavedFile>(SaveModel{.backbone_weights = "small"}).bytes;
  const ModelFile before = parse_model(saved, "before");
  const auto joined = opened(saved);
  joined->call<Done>(Start{});
  REQUIRE(settle(*joined)->state == RunState::finished);
  const ModelFile after = parse_model(model_of(*joined), "after");
  for (const SafeTensor& tensor : before.tensors) {
    CAPTURE(tensor.name);
    const bool is_same = values_of(before, tensor.name) == values_of(after, tensor.name);
    CHECK(is_same != tensor.name.starts_with("head_"));
  }
  joined->call<Done>(Reset{});
  const ModelFile reset = parse_model(model_of(*joined), "reset");
  for (const SafeTensor& tensor : before.tensors)
    CHECK(values_of(before, tensor.name) == values_of(reset, tensor.name));
}

TEST_CASE("joined model: other settings for the same network keep the weights of the file") {
  const auto saved =
      trained_head("avg")->call<SavedFile>(SaveModel{.backbone_weights = "small"}).bytes;
  const ModelFile before = parse_model(saved, "before");
  const auto joined = opened(saved);
  RunOptions options = joined->snapshot()->options;
  options.batch = 8;
  options.optimizer = "adam";
  const auto is_loaded = [&] {
    const ModelFile now = parse_model(model_of(*joined), "now");
    return std::ranges::all_of(before.tensors, [&](const SafeTensor& tensor) {
      return values_of(before, tensor.name) == values_of(now, tensor.name);
    });
  };
  joined->call<Configured>(Configure{options});
  CHECK(is_loaded());
  RunOptions standardized = options;
  standardized.standardize = true;
  for (const std::string& refusal :
       {refusal_of(*joined, Configure{standardized}),
        refusal_of(*joined, FindLearningRate{.options = standardized})})
    CHECK_THAT(refusal, ContainsSubstring("would change the input of joined.safetensors"));
  CHECK(joined->call<Evaluation>(Evaluate{}).accuracy ==
        opened(saved)->call<Evaluation>(Evaluate{}).accuracy);
  joined->call<Done>(Step{});
  settle(*joined);
  joined->call<Done>(Reset{});
  CHECK(is_loaded());
  // The range test begins with them, too: its first loss is that of the file.
  const auto rates = joined->call<LearningRates>(
      FindLearningRate{.options = options, .first_rate = 1e-9, .last_rate = 1e-8, .steps = 3});
  CHECK(rates.losses.front() < 1);
}

TEST_CASE("joined model: fine-tuning trains the last block with the learning rate times a factor") {
  const auto head = trained_head("avg", "linear");
  const auto file = [&](double factor) {
    return head
        ->call<SavedFile>(SaveModel{.backbone_weights = "small", .last_block_factor = factor})
        .bytes;
  };
  const ModelFile before = parse_model(file(0), "before");
  const auto change = [&](double factor, const std::string& name) {
    const auto engine = opened(file(factor), 0.02);
    engine->call<Done>(Step{});
    settle(*engine);
    return distance(values_of(before, name), values_of(parse_model(model_of(*engine), "m"), name));
  };
  CHECK(change(0.25, "conv2d_1.kernel") == 0);
  CHECK(change(0, "conv2d_2.kernel") == 0);
  const double whole = change(1, "conv2d_2.kernel");
  CHECK(whole > 0);
  CHECK(change(0.25, "conv2d_2.kernel") == Approx(0.25 * whole).epsilon(0.01));
  CHECK(change(0.25, "head_dense_1.kernel") ==
        Approx(change(1, "head_dense_1.kernel")).epsilon(0.01));
}

TEST_CASE("joined model: fine-tuning leaves normalizations as they are", "[no-sanitizer]") {
  const auto head = trained_head("avg", "linear", "resnet");
  const auto saved =
      head->call<SavedFile>(SaveModel{.backbone_weights = "resnet", .last_block_factor = 1});
  const ModelFile before = parse_model(saved.bytes, "before");
  const auto joined = opened(saved.bytes, 1e-3);
  joined->call<Done>(Start{});
  REQUIRE(settle(*joined)->state == RunState::finished);
  const ModelFile after = parse_model(model_of(*joined), "after");
  for (const SafeTensor& tensor : before.tensors) {
    if (!tensor.name.starts_with("batch_norm")) continue;
    CAPTURE(tensor.name);
    CHECK(values_of(before, tensor.name) == values_of(after, tensor.name));
  }
  CHECK(values_of(before, "conv2d_20.kernel") != values_of(after, "conv2d_20.kernel"));
}

TEST_CASE("joined model: what does not belong together is refused with the reason") {
  const auto head = trained_head("avg");
  CHECK_THAT(refusal_of(*head, SaveModel{.backbone_weights = "other"}),
             ContainsSubstring("reads features of small, weights aaaaaaaaaaaa") &&
                 ContainsSubstring("weights bbbbbbbbbbbb"));
  CHECK_THAT(refusal_of(*head, SaveModel{.backbone_weights = "small", .last_block_factor = -1}),
             ContainsSubstring("learning rate factor is -1"));
  CHECK_THAT(refusal_of(*head, SaveModel{.last_block_factor = 0.1}),
             ContainsSubstring("last_block_factor is 0.1 without backbone_weights"));
  const auto saved = head->call<SavedFile>(SaveModel{.backbone_weights = "small"}).bytes;
  RunOptions standardized;
  standardized.data.clear();
  standardized.standardize = true;
  CHECK_THAT(refusal_of(*head, LoadModel{"joined.safetensors", saved, standardized}),
             ContainsSubstring("would change the input of joined.safetensors"));
  Engine photos(environment({}));
  RunOptions options;
  options.data = "synthetic";
  options.model = "simple-convnet";
  photos.call<Configured>(Configure{options});
  CHECK_THAT(refusal_of(photos, SaveModel{.backbone_weights = "small"}),
             ContainsSubstring("was trained on images"));
}

}  // namespace convlab
