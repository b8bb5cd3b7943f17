#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <vector>

#include "backend/async_backend.h"
#include "backend/device.h"
#include "core/error.h"
#include "data/synthetic.h"
#include "nn/registry.h"
#include "train/check_memory.h"
#include "train/trainer.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Floats = std::vector<float>;

const Shape image{8, 8, 1};
constexpr int64_t classes = 3;

const DatasetSplits& data() {
  static const DatasetSplits splits = make_synthetic(70, 20, image, classes);
  return splits;
}

/// Layers with a mask that is new in each step, and with statistics that training updates.
Graph small_network() {
  Graph graph(image);
  graph.append(make_layer("conv2d", {{"filters", int64_t{4}}}));
  graph.append(make_layer("batch_norm", {}));
  graph.append(make_layer("relu", {}));
  graph.append(make_layer("dropout", {{"rate", 0.25}}));
  graph.append(make_layer("flatten", {}));
  graph.append(make_layer("dense", {{"units", classes}}));
  return graph;
}

struct Trained {
  Floats values;
  Floats states;
  Metrics training;
  Metrics validation;

  bool operator==(const Trained& other) const {
    return values == other.values && states == other.states &&
           training.loss == other.training.loss && training.accuracy == other.training.accuracy &&
           validation.loss == other.validation.loss &&
           validation.accuracy == other.validation.accuracy;
  }
};

/// Three epochs of four batches of 16 images and one of 6, with changing learning rates. After each
/// step an evaluation, which needs the newest statistics of the normalisation.
Trained train_on(Backend& backend, const UpdateOptions& update) {
  Network network(small_network(), backend, 1);
  Trainer trainer(network, make_loss("softmax_cross_entropy", {}), find_optimizer("adam").make({}),
                  1e-2, update);
  Loader loader(*data().train, {.batch = 16, .seed = 1});
  Loader test(*data().test, {.batch = 20, .shuffle = false});
  Batch batch;
  Trained result;
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    loader.start_epoch(epoch);
    for (int step = 0; loader.next(batch); ++step) {
      trainer.set_learning_rate(1e-2 / (step + 1));
      trainer.step(batch);
      test.start_epoch(0);
      while (test.next(batch)) trainer.evaluate(batch);
    }
    trainer.end_epoch();
  }
  Device device(backend);
  result.values = device.read(network.values());
  for (const Tensor& state : trainer.optimizer_states()) {
    const Floats values = device.read(state);
    result.states.insert(result.states.end(), values.begin(), values.end());
  }
  result.training = trainer.training().read();
  result.validation = trainer.validation().read();
  return result;
}

TEST_CASE("training on an asynchronous device equals that on host, bit for bit") {
  const std::vector<UpdateOptions> variants{
      {},
      {.clip_norm = 0.5},
      {.accumulate = 3},
      {.accumulate = 3, .ema_momentum = 0.9},
      {.clip_value = 0.1, .accumulate = 2, .ema_momentum = 0.5, .ema_overwrite_frequency = 2}};
  for (const UpdateOptions& update : variants) {
    INFO("accumulate " << update.accumulate << ", average " << update.ema_momentum);
    HostBackend host;
    const Trained expected = train_on(host, update);
    REQUIRE(expected.training.samples == 210);
    for (const bool replays : {false, true}) {
      for (const size_t delay : {size_t{0}, size_t{7}, size_t{1000}}) {
        INFO("replays " << replays << ", delay " << delay);
        AsyncBackend async({.delay = delay, .replays = replays});
        CHECK(train_on(async, update) == expected);
        CHECK(async.counts().waits_in_steps == 0);
        CHECK(async.counts().allocations_in_steps == 0);
        CHECK((async.counts().replays > 0) == replays);
      }
    }
  }
}

TEST_CASE("a recorded step is not replayed after its tensors have moved") {
  const bool prepared = GENERATE(false, true);
  const auto train = [&](Backend& backend) {
    Network network(small_network(), backend, 1);
    Trainer trainer(network, make_loss("softmax_cross_entropy", {}),
                    find_optimizer("adam").make({}), 1e-2, {});
    // The larger batch moves the arena and, unless they were prepared, the buffers of images and
    // labels; class weights are another tensor.
    if (prepared) trainer.prepare(Mode::eval, 32);
    const Parameter& mean = network.parameters_of(1)[2];
    for (const int64_t size : {8, 8, 8, 32, 8, 8, 8}) {
      const uint64_t version = mean.version;
      Loader loader(*data().train, {.batch = size, .seed = 1});
      Batch batch;
      loader.next(batch);
      trainer.step(batch);
      CHECK(mean.version > version);  // so that copies of the statistics are updated
    }
    trainer.set_class_weights(std::vector<double>{1, 2, 3});
    Loader loader(*data().train, {.batch = 8, .seed = 2});
    Batch batch;
    for (int i = 0; i < 3; ++i) {
      loader.next(batch);
      trainer.step(batch);
    }
    return Device(backend).read(network.values());
  };
  HostBackend host;
  AsyncBackend async({});
  CHECK(train(async) == train(host));
  CHECK(async.counts().replays == 3);  // the third of each sequence of equal steps
}

TEST_CASE("training that does not fit into a device's memory is refused, and nothing is lost") {
  auto optimizer = find_optimizer("adam").make({});
  TrainingSize size{.model = "small",
                    .batch = 16,
                    .train_images = 70,
                    .eval_images = 20,
                    .states = state_count(*optimizer, {})};
  const uint64_t need = needed_bytes(small_network(), HostBackend(), size);
  AsyncBackend small({.memory = need - 1});
  CHECK_THROWS_WITH(check_memory(small_network(), small, size),
                    ContainsSubstring("[memory] small needs") &&
                        ContainsSubstring("the largest batch that fits is 15"));
  // Without the check the allocation fails; smaller batches still train.
  AsyncBackend tight({.memory = need});
  Network network(small_network(), tight, 1);
  Trainer trainer(network, make_loss("softmax_cross_entropy", {}), std::move(optimizer), 1e-2, {});
  CHECK_THROWS_WITH(trainer.prepare(Mode::train, 70),
                    ContainsSubstring("[async] not enough memory"));
  Loader loader(*data().train, {.batch = 4, .seed = 1});
  Batch batch;
  loader.next(batch);
  trainer.step(batch);
  CHECK(trainer.training().read().samples == 4);
}

}  // namespace
}  // namespace convlab
