#include "train/updater.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <vector>

#include "backend/device.h"
#include "core/error.h"
#include "data/synthetic.h"
#include "train/trainer.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

const Shape image{14, 14, 1};
constexpr int64_t classes = 4;
using Floats = std::vector<float>;

const Dataset& images() {
  static const DatasetSplits splits = make_synthetic(512, 64, image, classes);
  return *splits.train;
}

/// An updater on a network whose gradients are written by the test. SGD with a learning rate of 1,
/// so that the decrease of a weight is the gradient that the optimizer got.
struct Given {
  explicit Given(std::string_view backend_name, const UpdateOptions& options,
                 const Options& sgd = {})
      : backend(make_backend(backend_name, 1)),
        network(find_model("mnist-mlp").build(image, classes), *backend, 1),
        updater(network, find_optimizer("sgd").make(sgd), options) {}

  /// One batch whose gradients are all `grad`.
  void batch(float grad, int64_t images = 32) {
    ++steps;
    backend->set_step(updater.step_state(1, steps, images));
    backend->fill(network.grads(), grad);
    updater.add_batch(images);
  }

  Floats weights() const { return Device(*backend).read(network.values()); }
  float first_weight() const { return weights()[0]; }

  std::unique_ptr<Backend> backend;
  Network network;
  Updater updater;
  uint64_t steps = 0;
};

TEST_CASE("updater: each element of the gradients is clipped to the value") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    Given given(kind.name, {.clip_value = 0.25});
    const float before = given.first_weight();
    given.batch(3);
    CHECK(given.first_weight() == before - 0.25F);
    given.batch(-0.125F);
    CHECK(given.first_weight() == before - 0.125F);
  }
}

TEST_CASE("updater: the norm of all gradients together is clipped") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    Given given(kind.name, {.clip_norm = 2});
    const auto count = static_cast<double>(given.network.values().elements());
    const float before = given.first_weight();
    given.batch(3);
    CHECK(before - given.first_weight() == Approx(2 / std::sqrt(count)).epsilon(1e-4));
    given.batch(-0.001F);  // below the limit: unchanged
    CHECK(before - given.first_weight() == Approx(2 / std::sqrt(count) - 0.001).epsilon(1e-4));
  }
}

TEST_CASE("updater: accumulation makes one update with the mean gradient of several batches") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    Given given(kind.name, {.clip_value = 2.5, .accumulate = 3});
    const Floats before = given.weights();
    for (const float grad : {1.0F, 2.0F}) given.batch(grad);
    CHECK(given.weights() == before);
    given.batch(3);
    CHECK(given.first_weight() == Approx(before[0] - 2));
    // The next three batches start a new mean; the mean is clipped, not each gradient.
    for (const float grad : {9.0F, -9.0F, 6.0F}) given.batch(grad);
    CHECK(given.first_weight() == Approx(before[0] - 4));
    CHECK(given.updater.progress().updates == 2);
  }
}

TEST_CASE("updater: at the end of an epoch the waiting batches update, weighted by their images") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    Given given(kind.name, {.accumulate = 4});
    const float before = given.first_weight();
    given.updater.flush();  // nothing waits
    CHECK(given.first_weight() == before);
    given.batch(1, 30);
    given.batch(5, 10);
    given.updater.flush();
    CHECK(given.first_weight() == Approx(before - 2));  // (30 · 1 + 10 · 5) / 40
    given.updater.flush();
    CHECK(given.first_weight() == Approx(before - 2));
    for (const float grad : {1.0F, 1.0F, 1.0F, 5.0F}) given.batch(grad);
    CHECK(given.first_weight() == Approx(before - 4));
    CHECK(given.updater.progress().updates == 2);
  }
}

TEST_CASE("updater: the average starts with the first update and is used for evaluation") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    Given given(kind.name, {.ema_momentum = 0.75});
    const float start = given.first_weight();
    given.updater.use_average();  // there is no average yet
    CHECK(given.first_weight() == start);
    given.batch(1);
    given.batch(4);
    CHECK(given.first_weight() == Approx(start - 5));
    for (int twice = 0; twice < 2; ++twice) given.updater.use_average();
    CHECK(given.first_weight() == Approx(0.75 * (start - 1) + 0.25 * (start - 5)));
    for (int twice = 0; twice < 2; ++twice) given.updater.use_training_weights();
    CHECK(given.first_weight() == Approx(start - 5));
  }
}

TEST_CASE("updater: the average replaces the weights every ema_overwrite_frequency updates") {
  Given given("", {.accumulate = 2, .ema_momentum = 0.75, .ema_overwrite_frequency = 2});
  const float start = given.first_weight();
  for (int i = 0; i < 2; ++i) given.batch(1);
  CHECK(given.first_weight() == Approx(start - 1));
  for (int i = 0; i < 2; ++i) given.batch(4);
  CHECK(given.first_weight() == Approx(0.75 * (start - 1) + 0.25 * (start - 5)));
}

TEST_CASE("updater: weight decay excludes the network's biases") {
  Given given("", {}, {{"weight_decay", 0.5}, {"decay_biases", false}});
  given.backend->fill(given.network.values(), 1);
  given.batch(0);
  const auto weights = static_cast<size_t>(given.network.ranges()[1].begin);
  const Floats after = given.weights();
  REQUIRE(weights < after.size());
  for (size_t i = 0; i < after.size(); ++i) REQUIRE(after[i] == (i < weights ? 0.5F : 1.0F));
}

TEST_CASE("updater: invalid options are refused") {
  const auto refused = [](const UpdateOptions& options, const std::string& message) {
    CHECK_THROWS_WITH(Given("", options), ContainsSubstring(message));
  };
  refused({.clip_norm = 1, .clip_value = 1}, "only one");
  refused({.clip_norm = -1}, "clip_norm");
  refused({.accumulate = 0}, "accumulate");
  refused({.ema_momentum = 1}, "ema_momentum");
  refused({.ema_overwrite_frequency = 5}, "without ema_momentum");
}

/// All update options at once, on real batches.
constexpr UpdateOptions everything{
    .clip_norm = 0.5, .accumulate = 2, .ema_momentum = 0.5, .ema_overwrite_frequency = 0};

Floats trained(std::string_view backend_name, int threads, int steps) {
  const auto backend = make_backend(backend_name, threads);
  Network network(find_model("simple-convnet").build(image, classes), *backend, 1);
  Trainer trainer(network, make_loss("softmax_cross_entropy", {}),
                  find_optimizer("rmsprop").make({}), 1e-3, everything);
  Loader loader(images(), {.batch = 32, .seed = 1});
  for (Batch batch; steps > 0; --steps) {
    if (!loader.next(batch)) break;
    trainer.step(batch);
    trainer.evaluate(batch);
  }
  trainer.use_eval_weights();
  return Device(*backend).read(network.values());
}

TEST_CASE("updater: 1, 2 and 3 threads give the same bits with all options") {
  for (const BackendKind& kind : available_backends()) {
    const Floats one = trained(kind.name, 1, 5);
    for (const int threads : {2, 3}) CHECK(trained(kind.name, threads, 5) == one);
  }
}

TEST_CASE("updater: steps after the first allocate nothing with all options") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    const auto backend = kind.make(2);
    Network network(find_model("mnist-mlp").build(image, classes), *backend, 1);
    Trainer trainer(network, make_loss("softmax_cross_entropy", {}),
                    find_optimizer("adagrad").make({}), 1e-3, everything);
    Loader loader(images(), {.batch = 32, .seed = 1});
    Batch batch;
    loader.next(batch);
    trainer.step(batch);
    trainer.evaluate(batch);
    const MemoryUse before = backend->memory_use();
    for (int i = 0; i < 4; ++i) {
      trainer.step(batch);
      trainer.evaluate(batch);
    }
    CHECK(backend->memory_use().peak_bytes == before.peak_bytes);
    CHECK(backend->memory_use().bytes == before.bytes);
  }
}

TEST_CASE("updater: evaluation between two steps does not change the training") {
  const auto weights = [](bool evaluates) {
    const auto backend = make_backend("", 1);
    Network network(find_model("simple-convnet").build(image, classes), *backend, 1);
    Trainer trainer(network, make_loss("softmax_cross_entropy", {}),
                    find_optimizer("adam").make({}), 1e-3, everything);
    Loader loader(images(), {.batch = 32, .seed = 1});
    Batch batch;
    for (int i = 0; i < 6; ++i) {
      loader.next(batch);
      trainer.step(batch);
      if (evaluates) trainer.evaluate(batch);
    }
    trainer.use_training_weights();
    return Device(*backend).read(network.values());
  };
  CHECK(weights(true) == weights(false));
}

}  // namespace
}  // namespace convlab
