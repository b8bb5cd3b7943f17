// Properties of every network, tested on random graphs and on the models of the zoo.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "allocations.h"
#include "backend/device.h"
#include "data/synthetic.h"
#include "nn/network.h"
#include "nn/random_graph.h"
#include "train/trainer.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

constexpr int rounds = 40;
/// The simple reference backend; it allocates memory for sums in each call.
constexpr std::string_view plain = "host";
const Shape vector_shape{12};
const Shape image_shape{4, 5, 3};

/// Calls `check(backend, network, threads)` for random graphs on every backend.
template <class Check>
void on_random_networks(int threads, const Check& check) {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(threads);
    backend->set_step({.learning_rate = 0.01F, .step = 1});
    Random random(7, 1);
    for (int round = 0; round < rounds; ++round) {
      Network network(random_graph(random, round % 2 == 0 ? vector_shape : image_shape), *backend,
                      3);
      INFO(kind.name << describe(network.graph()));
      check(*backend, network);
    }
  }
}

/// Uploads the input and runs forward; if the network is trainable, also an output gradient and
/// backward.
void pass(Network& network, Mode mode, int64_t batch, const std::vector<float>& values) {
  network.backend().upload(values.data(), network.prepare(mode, batch));
  network.forward();
  if (mode == Mode::eval || !network.output_grad()) return;
  network.backend().upload(values.data(), network.output_grad());
  network.backward();
}

Batch synthetic_batch(const Shape& image, int64_t classes, int64_t size) {
  const auto data = make_synthetic_split(size, image, classes, 1);
  Loader loader(*data, {.batch = size, .shuffle = false});
  Batch batch;
  loader.next(batch);
  return batch;
}

TEST_CASE("network: random graphs allocate exactly the planned bytes") {
  on_random_networks(1, [](Backend& backend, Network& network) {
    const size_t before = backend.memory_use().bytes;
    uint64_t largest = 0;
    for (const auto& [mode, batch] : {std::pair{Mode::eval, 1}, std::pair{Mode::train, 3},
                                      std::pair{Mode::eval, 9}, std::pair{Mode::train, 5}}) {
      largest = std::max(largest, network.planned_bytes(mode, batch));
      network.prepare(mode, batch);
      CHECK(backend.memory_use().bytes - before == largest);
    }
  });
}

TEST_CASE("network: passes after the first allocate nothing, in random graphs") {
  for (const int threads : {1, 2}) {
    on_random_networks(threads, [](Backend& backend, Network& network) {
      const auto values = random_values(3 * network.graph().input_shape().elements(), 1);
      const auto passes = [&] {
        pass(network, Mode::train, 3, values);
        pass(network, Mode::eval, 2, values);
      };
      passes();
      const MemoryUse before = backend.memory_use();
      const uint64_t allocations = allocation_count();
      passes();
      const uint64_t more = allocation_count() - allocations;
      if (backend.name() != plain) CHECK(more == 0);
      CHECK(backend.memory_use().bytes == before.bytes);
      CHECK(backend.memory_use().peak_bytes == before.peak_bytes);
    });
  }
}

TEST_CASE(
    "network: a batch of one gives the same bits as its row in a larger batch, in random graphs") {
  on_random_networks(1, [](Backend& backend, Network& network) {
    Device device(backend);
    const auto size = static_cast<size_t>(network.graph().input_shape().elements());
    const auto values = random_values(static_cast<int64_t>(7 * size), 1);
    backend.upload(values.data(), network.prepare(Mode::eval, 7));
    const std::vector<float> together = device.read(network.forward());
    std::vector<float> alone;
    for (size_t row = 0; row < 7; ++row) {
      backend.upload(values.data() + row * size, network.prepare(Mode::eval, 1));
      const std::vector<float> output = device.read(network.forward());
      alone.insert(alone.end(), output.begin(), output.end());
    }
    CHECK(alone == together);
  });
}

TEST_CASE("trainer: steps after the first allocate nothing, with any optimizer and update options",
          "[no-tsan]") {
  const Batch batch = synthetic_batch({14, 14, 1}, 4, 16);
  const UpdateOptions clipped{.clip_norm = 1, .accumulate = 2, .ema_momentum = 0.9};
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(2);
    for (const OptimizerKind& optimizer : optimizer_kinds()) {
      for (const UpdateOptions& update : {UpdateOptions{}, clipped}) {
        INFO(optimizer.kind << " on " << kind.name << ", accumulate " << update.accumulate);
        Network network(find_model("simple-convnet").build({14, 14, 1}, 4), *backend, 1);
        Trainer trainer(network, make_loss("softmax_cross_entropy", {}), optimizer.make({}), 1e-3,
                        update);
        for (int i = 0; i < 2; ++i) trainer.step(batch);
        trainer.evaluate(batch);
        const MemoryUse before = backend->memory_use();
        const uint64_t allocations = allocation_count();
        for (int i = 0; i < 2; ++i) trainer.step(batch);
        trainer.evaluate(batch);
        const uint64_t more = allocation_count() - allocations;
        if (kind.name != plain) CHECK(more == 0);
        CHECK(backend->memory_use().bytes == before.bytes);
        CHECK(backend->memory_use().peak_bytes == before.peak_bytes);
      }
    }
  }
}

}  // namespace
}  // namespace convlab
