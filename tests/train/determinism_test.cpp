// The same seed gives the same run: the same bits for any number of threads, and the same initial
// weights, data order and dropout masks on every platform. This program runs natively and as
// WebAssembly, so the golden numbers below apply to both.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "backend/device.h"
#include "data/synthetic.h"
#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/flatten.h"
#include "nn/network.h"
#include "nn/pool2d.h"
#include "nn/sequential.h"
#include "train/trainer.h"

namespace convlab {
namespace {

const Shape image{14, 14, 1};
constexpr int64_t classes = 4;

const Dataset& data() {
  static const auto dataset = make_synthetic_split(512, image, classes, 1);
  return *dataset;
}

/// Convolutions, pooling, dropout and dense layers.
Graph small_network() {
  return Sequential(image)
      .add<Conv2d>(Conv2dOptions{.filters = 12, .padding = Padding::same})
      .add<Relu>()
      .add<MaxPool2d>()
      .add<Conv2d>(Conv2dOptions{.filters = 20})
      .add<Relu>()
      .add<Dropout>(DropoutOptions{.rate = 0.25})
      .add<Flatten>()
      .add<Dense>(DenseOptions{.units = 50})
      .add<Relu>()
      .add<Dropout>(DropoutOptions{.rate = 0.5})
      .add<Dense>(DenseOptions{.units = classes})
      .graph();
}

/// One layer of each kind. Few operations, because each is slow with more threads than cores.
Graph tiny_network() {
  return Sequential(image)
      .add<Conv2d>(Conv2dOptions{.filters = 12})
      .add<Relu>()
      .add<MaxPool2d>()
      .add<Dropout>(DropoutOptions{.rate = 0.25})
      .add<Flatten>()
      .add<Dense>(DenseOptions{.units = classes})
      .graph();
}

struct Training {
  Training(std::string_view backend_name, int threads, Graph graph = small_network())
      : backend(make_backend(backend_name, threads)),
        network(std::move(graph), *backend, 5),
        trainer(network, make_loss("softmax_cross_entropy", {}), find_optimizer("adam").make({}),
                1e-3),
        loader(data(), {.batch = 32, .seed = 5}) {}

  void step() {
    if (!loader.next(batch)) {
      loader.start_epoch(++epoch);
      loader.next(batch);
    }
    trainer.step(batch);
  }

  std::unique_ptr<Backend> backend;
  Network network;
  Trainer trainer;
  Loader loader;
  Batch batch;
  int64_t epoch = 0;
};

/// Returns the FNV-1a hash of the bytes.
template <class T>
uint64_t hash(const std::vector<T>& values) {
  uint64_t state = 0xCBF29CE484222325;
  for (size_t i = 0; i < values.size() * sizeof(T); ++i) {
    uint8_t byte = 0;
    std::memcpy(&byte, reinterpret_cast<const uint8_t*>(values.data()) + i, 1);
    state = (state ^ byte) * 0x100000001B3;
  }
  return state;
}

TEST_CASE("determinism: weights after 100 steps are the same bits for 1, 2 and 3 threads") {
  std::vector<float> expected;
  for (const int threads : {1, 2, 3}) {
    INFO(threads << " threads");
    Training training("xnnpack", threads, tiny_network());
    for (int i = 0; i < 100; ++i) training.step();
    const std::vector<float> weights = Device(*training.backend).read(training.network.values());
    if (expected.empty()) expected = weights;
    CHECK(weights == expected);
  }
}

TEST_CASE("determinism: initial weights are the same bits on every platform") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    Training training(kind.name, 1);
    std::vector<float> weights;
    for (const Parameter& parameter : training.network.parameters()) {
      const std::vector<float> values = Device(*training.backend).read(parameter.value);
      weights.insert(weights.end(), values.begin(), values.end());
    }
    CHECK(hash(weights) == 0x0C23D47A44006FAB);
  }
}

TEST_CASE("determinism: the order of the data is the same on every platform") {
  Loader loader(data(), {.batch = 100, .seed = 5});
  std::vector<int64_t> order;
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    loader.start_epoch(epoch);
    for (Batch batch; loader.next(batch);)
      order.insert(order.end(), batch.indices.begin(), batch.indices.end());
  }
  CHECK(hash(order) == 0xD3B456A10BD571F5);
}

TEST_CASE("determinism: dropout masks are the same bits on every platform") {
  for (const BackendKind& kind : available_backends()) {
    for (const int threads : {1, 3}) {
      INFO(kind.name << ", " << threads << " threads");
      const auto backend = kind.make(threads);
      Device device(*backend);
      std::vector<float> masks;
      for (const uint64_t step : {uint64_t{1}, uint64_t{1000}}) {
        backend->set_step({.learning_rate = 0, .step = step});
        const Tensor mask = device.output({1003});
        backend->dropout_mask({.rate = 0.3F, .seed = 5, .stream = 17}, mask);
        const std::vector<float> values = device.read(mask);
        masks.insert(masks.end(), values.begin(), values.end());
      }
      CHECK(hash(masks) == 0x5FC41E071E35C7B5);
    }
  }
}

TEST_CASE("determinism: losses of the first two steps agree within 1e-4 on every platform") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    Training training(kind.name, 1);
    for (const double expected : {1.397511, 1.354635}) {
      training.trainer.training().reset();
      training.step();
      CHECK(std::abs(training.trainer.training().read().loss - expected) < 1e-4);
    }
  }
}

}  // namespace
}  // namespace convlab
