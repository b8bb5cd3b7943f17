#include "train/trainer.h"

#include <array>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "backend/device.h"
#include "core/error.h"
#include "core/float16.h"
#include "data/synthetic.h"
#include "nn/registry.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

const Shape image{14, 14, 1};
constexpr int64_t classes = 4;

/// Models that can be trained within a second on small images.
constexpr std::array<std::string_view, 3> small_models{"mnist-mlp", "mnist-cnn", "simple-convnet"};

const DatasetSplits& data() {
  static const DatasetSplits splits = make_synthetic(512, 128, image, classes);
  return splits;
}

/// A network with data and trainer, all from one seed.
struct Run {
  Run(std::string_view backend_name, int threads, std::string_view model, uint64_t seed = 1,
      double learning_rate = 3e-3)
      : backend(make_backend(backend_name, threads)),
        network(find_model(model).build(image, classes), *backend, seed),
        trainer(network, make_loss("softmax_cross_entropy", {}), find_optimizer("adam").make({}),
                learning_rate),
        loader(*data().train, {.batch = 32, .seed = seed}) {}

  void steps(int count) {
    for (Batch batch; count > 0; --count) {
      if (!loader.next(batch)) {
        loader.start_epoch(++epoch);
        loader.next(batch);
      }
      trainer.step(batch);
    }
  }

  Metrics validate() {
    Loader test(*data().test, {.batch = 50, .shuffle = false});
    trainer.validation().reset();
    for (Batch batch; test.next(batch);) trainer.evaluate(batch);
    return trainer.validation().read();
  }

  std::vector<float> weights() { return Device(*backend).read(network.values()); }

  std::unique_ptr<Backend> backend;
  Network network;
  Trainer trainer;
  Loader loader;
  int64_t epoch = 0;
};

Batch first_batch(int64_t size) {
  Loader loader(*data().train, {.batch = size, .shuffle = false});
  Batch batch;
  loader.next(batch);
  return batch;
}

TEST_CASE("trainer: a convnet learns the synthetic images on every backend", "[no-sanitizer]") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    Run run(kind.name, 1, "simple-convnet");
    run.steps(60);
    const Metrics metrics = run.validate();
    CHECK(metrics.samples == 128);
    CHECK(metrics.accuracy > 0.95);
  }
}

TEST_CASE("trainer: the loss of small models falls") {
  for (const std::string_view model : small_models) {
    INFO(model);
    Run run("", 1, model);
    const double before = run.validate().loss;
    run.steps(20);
    CHECK(run.validate().loss < 0.8 * before);
  }
}

TEST_CASE("trainer: the same seed gives the same bits, another seed different ones") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    Run first(kind.name, 1, "simple-convnet", 1);
    Run again(kind.name, 1, "simple-convnet", 1);
    Run other(kind.name, 1, "simple-convnet", 2);
    for (Run* run : {&first, &again, &other}) run->steps(5);
    CHECK(first.weights() == again.weights());
    CHECK(first.weights() != other.weights());
  }
}

TEST_CASE("trainer: 1, 2 and 3 threads give the same bits") {
  for (const BackendKind& kind : available_backends()) {
    for (const std::string_view model : small_models) {
      INFO(model << " on " << kind.name);
      Run one(kind.name, 1, model);
      one.steps(4);
      for (const int threads : {2, 3}) {
        INFO(threads << " threads");
        Run more(kind.name, threads, model);
        more.steps(4);
        CHECK(more.weights() == one.weights());
      }
    }
  }
}

TEST_CASE(
    "trainer: once prepared, steps allocate packed weights at most once, also with a smaller last "
    "batch") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    Run run(kind.name, 1, "simple-convnet");
    run.trainer.prepare(Mode::train, 32);
    const MemoryUse before = run.backend->memory_use();
    run.steps(1);
    const MemoryUse first = run.backend->memory_use();
    uint64_t packed =
        0;  // no gradient of the images is computed, so neither are its weights packed
    const auto& nodes = run.network.graph().nodes();
    for (const Node& node : nodes) {
      const PackedBytes bytes = node.layer->packed_bytes(*run.backend, node.input_shapes);
      packed += bytes.forward + bytes.backward + (&node == &nodes[0] ? 0 : bytes.grad_inputs);
    }
    CHECK(first.bytes == before.bytes + packed);
    run.steps(2);
    run.trainer.step(first_batch(7));
    CHECK(run.backend->memory_use().bytes == first.bytes);
    CHECK(run.backend->memory_use().peak_bytes == first.peak_bytes);
  }
}

TEST_CASE("trainer: a learning rate of zero changes no weight, and evaluation changes nothing") {
  Run run("", 1, "simple-convnet", 1, /*learning_rate=*/0);
  const std::vector<float> before = run.weights();
  run.steps(2);
  run.validate();
  CHECK(run.weights() == before);
  CHECK(run.trainer.steps() == 2);
}

TEST_CASE("trainer: the learning rate can change between two steps") {
  Run run("", 1, "mnist-mlp", 1, /*learning_rate=*/0);
  const std::vector<float> before = run.weights();
  run.trainer.set_learning_rate(0.01);
  run.steps(1);
  CHECK(run.weights() != before);
}

TEST_CASE("trainer: metrics are means over the samples since the reset") {
  Run run("", 1, "mnist-mlp", 1, /*learning_rate=*/0);
  run.trainer.step(first_batch(32));
  const Metrics once = run.trainer.training().read();
  run.trainer.step(first_batch(32));
  const Metrics twice = run.trainer.training().read();
  CHECK(once.samples == 32);
  CHECK(twice.samples == 64);
  CHECK(std::abs(twice.loss - once.loss) < 1e-6);
  CHECK(twice.accuracy == once.accuracy);
  run.trainer.training().reset();
  CHECK(run.trainer.training().read().samples == 0);
  CHECK(run.trainer.training().read().loss == 0);
}

TEST_CASE("trainer: an evaluation optionally counts per class, with the same accuracy") {
  Run run("", 1, "mnist-mlp");
  run.steps(5);
  ClassificationSums sums(*run.backend, classes, 2);
  run.trainer.evaluate(first_batch(50), run.trainer.validation(), &sums);
  run.trainer.evaluate(first_batch(7), run.trainer.validation(), &sums);
  const ClassificationMetrics counted = sums.read();
  CHECK(counted.macro.support == 57);
  CHECK(counted.accuracy == run.trainer.validation().read().accuracy);
  CHECK(counted.top_k_accuracy > counted.accuracy);
}

TEST_CASE("trainer: predictions are probabilities, the same for a single sample and in a batch") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    Run run(kind.name, 1, "simple-convnet");
    const std::vector<float> alone = run.trainer.predict(first_batch(1));
    const std::vector<float> together = run.trainer.predict(first_batch(5));
    REQUIRE(together.size() == 5 * classes);
    for (size_t row = 0; row < 5; ++row) {
      const auto first = together.begin() + static_cast<std::ptrdiff_t>(row * classes);
      CHECK(std::abs(std::accumulate(first, first + classes, 0.0) - 1) < 1e-5);
    }
    CHECK(alone == std::vector<float>(together.begin(), together.begin() + classes));
  }
}

/// The class probabilities of a network of one dense layer (whose bias is 0), from the formula.
std::vector<double> dense_probabilities(const std::vector<float>& kernel,
                                        const InputNormalization& normalization,
                                        std::span<const uint8_t> pixels) {
  const std::vector<float> scales = normalization.scales(3);
  const std::vector<float> offsets = normalization.offsets(3);
  std::vector<double> exps(classes, 0);
  for (size_t unit = 0; unit < exps.size(); ++unit) {
    double sum = 0;
    for (size_t i = 0; i < pixels.size(); ++i)
      sum +=
          kernel[unit * pixels.size() + i] * (double{scales[i % 3]} * pixels[i] + offsets[i % 3]);
    exps[unit] = std::exp(sum);
  }
  const double all = std::accumulate(exps.begin(), exps.end(), 0.0);
  for (double& value : exps) value /= all;
  return exps;
}

TEST_CASE("trainer: the graph's normalization turns bytes into the network's input") {
  constexpr size_t pixels = 12;  // 2×2, three channels
  Batch batch;
  for (size_t i = 0; i < 3 * pixels; ++i) batch.images.push_back(static_cast<uint8_t>(i * 50));
  batch.labels = {0, 1, 2};
  for (const BackendKind& kind : available_backends()) {
    for (const InputNormalization& normalization :
         {InputNormalization{}, InputNormalization{.scale = {1 / 127.5F}, .offset = {-1}},
          InputNormalization{.scale = {0.01F, -0.02F, 0.005F}, .offset = {0.5F, 0, -0.25F}}}) {
      INFO(kind.name << ", first scale " << normalization.scale[0]);
      Graph graph({2, 2, 3});
      graph.set_normalization(normalization);
      graph.append(make_layer("flatten", {}));
      graph.append(make_layer("dense", {{"units", classes}}));
      const auto backend = kind.make(1);
      Network network(std::move(graph), *backend, 1);
      Trainer trainer(network, make_loss("softmax_cross_entropy", {}),
                      find_optimizer("sgd").make({}), 0.1);
      const std::vector<float> kernel = Device(*backend).read(network.parameters()[0].value);
      const std::vector<float> found = trainer.predict(batch);
      for (size_t i = 0; i < 3; ++i) {
        const std::vector<double> expected = dense_probabilities(
            kernel, normalization, std::span(batch.images).subspan(i * pixels, pixels));
        for (size_t c = 0; c < expected.size(); ++c)
          CHECK(std::abs(found[i * expected.size() + c] - expected[c]) < 1e-5);
      }
    }
  }
}

TEST_CASE("trainer: images of another size and labels out of range are refused") {
  Run run("", 1, "mnist-mlp");
  Batch batch = first_batch(4);
  const std::vector<float> before = run.weights();
  batch.labels[2] = classes;
  CHECK_THROWS_MATCHES(run.trainer.step(batch), Error,
                       MessageMatches(ContainsSubstring("label 4")));
  batch.labels[2] = -1;
  CHECK_THROWS_AS(run.trainer.step(batch), Error);
  batch.labels[2] = 0;
  batch.images.pop_back();
  CHECK_THROWS_MATCHES(run.trainer.step(batch), Error,
                       MessageMatches(ContainsSubstring("(14, 14, 1)")));
  // A refused batch does not count as a step.
  CHECK(run.trainer.steps() == 0);
  CHECK(run.weights() == before);
}

TEST_CASE("trainer: class weights count in training, not in evaluation") {
  Run plain("host", 1, "mnist-mlp");
  Run weighted("host", 1, "mnist-mlp");
  weighted.trainer.set_class_weights(std::vector<double>(classes, 2.0));
  plain.steps(1);
  weighted.steps(1);
  CHECK(weighted.trainer.training().read().loss ==
        Catch::Approx(2 * plain.trainer.training().read().loss));
  Run again("host", 1, "mnist-mlp");
  again.trainer.set_class_weights(std::vector<double>(classes, 2.0));
  CHECK(again.validate().loss == Run("host", 1, "mnist-mlp").validate().loss);
  CHECK_THROWS_AS(again.trainer.set_class_weights(std::vector<double>{1, 2}), Error);
}

TEST_CASE("trainer: predictions are those of the loss") {
  const auto backend = make_backend("host", 1);
  const auto predict = [&](std::string_view loss) {
    Network network(find_model("mnist-mlp").build(image, classes), *backend, 1);
    Trainer trainer(network, make_loss(loss, {}), find_optimizer("sgd").make({}), 0);
    return trainer.predict(first_batch(1));
  };
  const std::vector<float> outputs = predict("mean_squared_error");
  const std::vector<float> sigmoids = predict("binary_cross_entropy");
  const std::vector<float> softmax = predict("softmax_cross_entropy");
  CHECK(std::accumulate(softmax.begin(), softmax.end(), 0.0) == Catch::Approx(1));
  for (size_t i = 0; i < outputs.size(); ++i) {
    CHECK(sigmoids[i] == Catch::Approx(1 / (1 + std::exp(-outputs[i]))));
  }
}

TEST_CASE("trainer: float16 samples train as bytes of the same values do") {
  const auto parameters_after = [](DType type) {
    Run run("xnnpack", 1, "mnist-mlp");
    run.trainer.set_sample_type(type);
    Batch batch;
    REQUIRE(run.loader.next(batch));
    if (type == DType::f16) {
      Batch halves = batch;
      halves.type = type;
      halves.images.clear();
      for (const uint8_t byte : batch.images) {
        const uint16_t half = float16_of(byte);
        halves.images.push_back(static_cast<uint8_t>(half));
        halves.images.push_back(static_cast<uint8_t>(half >> 8U));
      }
      CHECK_THROWS_MATCHES(run.trainer.step(batch), Error,
                           MessageMatches(ContainsSubstring(
                               "a batch of images, but the network is fed with features")));
      batch = halves;
    }
    for (int step = 0; step < 3; ++step) run.trainer.step(batch);
    const auto read = run.network.backend().read_back(run.network.values());
    return std::vector<float>(read->values().begin(), read->values().end());
  };
  CHECK(parameters_after(DType::f16) == parameters_after(DType::u8));
}

}  // namespace
}  // namespace convlab
