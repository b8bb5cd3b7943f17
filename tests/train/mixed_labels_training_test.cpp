#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "backend/async_backend.h"
#include "backend/device.h"
#include "data/mix.h"
#include "data/synthetic.h"
#include "train/trainer.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

const Shape image{14, 14, 1};
constexpr int64_t classes = 4;

Batch first_batch(int64_t size) {
  static const DatasetSplits data = make_synthetic(64, 1, image, classes);
  Loader loader(*data.train, {.batch = size, .shuffle = false});
  Batch batch;
  loader.next(batch);
  return batch;
}

/// The batch with each image's second label and the same weight for all.
Batch mixed(Batch batch, std::vector<int32_t> second_labels, float weight) {
  batch.label_weights.assign(second_labels.size(), weight);
  batch.second_labels = std::move(second_labels);
  return batch;
}

struct Run {
  explicit Run(Backend& on, double learning_rate = 1e-2, const char* loss = "softmax_cross_entropy")
      : backend(on),
        network(find_model("mnist-mlp").build(image, classes), backend, 1),
        trainer(network, make_loss(loss, {}), find_optimizer("adam").make({}), learning_rate) {}

  std::vector<float> weights() { return Device(backend).read(network.values()); }

  Backend& backend;
  Network network;
  Trainer trainer;
};

TEST_CASE("trainer: mixed labels of weight 1 give the bits of the first labels alone") {
  for (const BackendKind& kind : available_backends()) {
    INFO("backend " << kind.name);
    const auto backend = kind.make(1);
    Run plain(*backend);
    Run first(*backend);
    Run second(*backend);
    const Batch batch = first_batch(5);
    const std::vector<int32_t> others{1, 2, 3, 0, 0};
    Batch swapped = mixed(batch, batch.labels, 0);
    swapped.labels = others;
    for (int step = 0; step < 3; ++step) {
      plain.trainer.step(batch);
      first.trainer.step(mixed(batch, others, 1));
      second.trainer.step(swapped);
    }
    CHECK(first.weights() == plain.weights());
    CHECK(second.weights() == plain.weights());
    CHECK(first.trainer.training().read().loss == plain.trainer.training().read().loss);
  }
}

TEST_CASE("trainer: the loss of a mixed batch is the weighted mean of both labels' losses") {
  for (const BackendKind& kind : available_backends()) {
    for (const char* loss : {"softmax_cross_entropy", "binary_cross_entropy"}) {
      for (const std::vector<double>& weights : {std::vector<double>{}, {0.5, 1, 2, 4}}) {
        INFO(kind.name << ' ' << loss << (weights.empty() ? "" : " weighted"));
        const auto backend = kind.make(1);
        Run run(*backend, /*learning_rate=*/0, loss);
        run.trainer.set_class_weights(weights);
        const auto loss_of = [&](const Batch& batch) {
          run.trainer.training().reset();
          run.trainer.step(batch);
          return run.trainer.training().read().loss;
        };
        const Batch batch = first_batch(5);
        Batch other = batch;
        other.labels = {1, 2, 3, 0, 0};
        const double both = loss_of(mixed(batch, other.labels, 0.7F));
        CHECK(both == Approx(0.7 * loss_of(batch) + 0.3 * loss_of(other)));
      }
    }
  }
}

// Batches of equal size with and without second labels are different steps.
TEST_CASE("trainer: recorded steps of mixed and of plain batches are kept apart") {
  const auto train = [](Backend& backend) {
    Run run(backend);
    for (int64_t step = 0; step < 12; ++step) {
      Batch batch = first_batch(step % 5 == 4 ? 7 : 16);
      if (step % 3 == 1) mixup(batch, image, 1, {.batch = step});
      if (step % 3 == 2) cutmix(batch, image, 1, {.batch = step});
      run.trainer.step(batch);
    }
    const Metrics metrics = run.trainer.training().read();
    return std::pair(run.weights(), std::pair(metrics.loss, metrics.accuracy));
  };
  HostBackend host;
  const auto expected = train(host);
  AsyncBackend async({});
  CHECK(train(async) == expected);
  CHECK(async.counts().replays > 3);
  CHECK(async.counts().waits_in_steps == 0);
  CHECK(async.counts().allocations_in_steps == 0);
}

TEST_CASE("trainer: a prepared trainer needs no more memory for mixed labels") {
  const auto backend = make_backend("host", 1);
  Run run(*backend);
  run.trainer.prepare(Mode::train, 8);
  const size_t before = backend->memory_use().peak_bytes;
  run.trainer.step(mixed(first_batch(8), std::vector<int32_t>(8, 1), 0.5F));
  CHECK(backend->memory_use().peak_bytes == before);
}

TEST_CASE("trainer: invalid mixed labels are refused, and mixed batches in evaluation") {
  const auto backend = make_backend("host", 1);
  Run run(*backend);
  const auto refused = [&](const Batch& batch, const char* message) {
    CHECK_THROWS_WITH(run.trainer.step(batch), ContainsSubstring(message));
  };
  refused(mixed(first_batch(2), {0, 4}, 0.5F), "label 4, but the network has 4 classes");
  refused(mixed(first_batch(2), {0, -1}, 0.5F), "label -1");
  refused(mixed(first_batch(2), {0, 1}, 1.5F), "a label weight is 1.5");
  refused(mixed(first_batch(2), {0, 1}, std::nanf("")), "a label weight is nan");
  refused(mixed(first_batch(2), {0}, 0.5F), "2 images has 1 second labels and 1 label weights");
  Batch weights_only = first_batch(2);
  weights_only.label_weights = {1, 1};
  refused(weights_only, "2 images has 0 second labels and 2 label weights");
  CHECK(run.trainer.steps() == 0);
  CHECK_THROWS_WITH(run.trainer.evaluate(mixed(first_batch(2), {0, 1}, 0.5F)),
                    ContainsSubstring("a batch to evaluate has mixed labels"));
}

}  // namespace
}  // namespace convlab
