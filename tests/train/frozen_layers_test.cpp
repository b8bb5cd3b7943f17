// What training costs for a network whose front is frozen, as in transfer learning.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "backend/host/host_backend.h"
#include "loss/loss.h"
#include "nn/registry.h"
#include "train/callbacks/weights_copy.h"
#include "train/trainer.h"
#include "zoo/random_batch.h"

namespace convlab {
namespace {

const Shape image{8, 8, 3};
constexpr int64_t classes = 4;

/// Counts how often a backend that packs a convolution's weights packs them: whenever the slot's
/// are of another version.
class PackingBackend final : public HostBackend {
 public:
  int packed = 0;

  void conv2d(OpContext op, const Conv2dDesc& desc, const Tensor& x, const Parameter& kernel,
              const Parameter* bias, const Tensor& y) override {
    pack(op.slot, kernel.version, bias == nullptr ? 0 : bias->version);
    HostBackend::conv2d(op, desc, x, kernel, bias, y);
  }
  void conv2d_grad_input(OpContext op, const Conv2dDesc& desc, const Tensor& dy,
                         const Parameter& kernel, const Tensor& dx) override {
    pack(op.slot, kernel.version, 0);
    HostBackend::conv2d_grad_input(op, desc, dy, kernel, dx);
  }

 private:
  struct Versions final : OpState {
    uint64_t kernel = 0, bias = 0;
  };
  void pack(OpSlot& slot, uint64_t kernel, uint64_t bias) {
    if (!slot) slot = std::make_unique<Versions>();
    auto& last = static_cast<Versions&>(*slot);
    if (last.kernel == kernel && last.bias == bias) return;
    last.kernel = kernel;
    last.bias = bias;
    ++packed;
  }
};

constexpr size_t conv1 = 0;
constexpr size_t norm = 1;
constexpr size_t conv2 = 3;

Graph graph_with(const std::vector<size_t>& frozen) {
  Graph graph(image);
  graph.append(make_layer("conv2d", {{"filters", int64_t{5}}}));
  graph.append(make_layer("batch_norm", {}));
  graph.append(make_layer("relu", {}));
  graph.append(make_layer("conv2d", {{"filters", int64_t{6}}}));
  graph.append(make_layer("flatten", {}));
  graph.append(make_layer("dense", {{"units", classes}}));
  for (const size_t node : frozen) graph.set_frozen(node, true);
  return graph;
}

struct Run {
  PackingBackend backend;
  Network network;
  Trainer trainer;

  explicit Run(const std::vector<size_t>& frozen)
      : network(graph_with(frozen), backend, 1),
        trainer(network, make_loss("softmax_cross_entropy", {}), find_optimizer("sgd").make({}),
                0.1, {.ema_momentum = 0.9}) {}

  /// Return how often a training step or an evaluation packs weights.
  int packed_by_step() {
    backend.packed = 0;
    trainer.step(batch);
    return backend.packed;
  }
  int packed_by_evaluation() {
    backend.packed = 0;
    trainer.evaluate(batch);
    return backend.packed;
  }

  Batch batch = random_batch(network.graph(), 6);
};

TEST_CASE("frozen layers: a step packs the weights of trained layers only") {
  struct Case {
    std::vector<size_t> frozen;
    int first, later;  // in the first step and in each later one
  };
  // Without frozen layers: both forward passes and the input gradient of the second convolution.
  for (const Case& c : {Case{{}, 3, 3}, Case{{conv1}, 3, 2}, Case{{conv2}, 3, 1},
                        Case{{conv1, norm}, 2, 1}, Case{{conv1, norm, conv2}, 2, 0}}) {
    Run run(c.frozen);
    INFO(c.frozen.size() << " frozen layers, first " << (c.frozen.empty() ? 0 : c.frozen[0]));
    CHECK(run.packed_by_step() == c.first);
    CHECK(run.packed_by_step() == c.later);
    run.trainer.evaluate(run.batch);
    CHECK(run.packed_by_step() == c.later);
  }
}

// The first evaluation packs the first convolution with the normalisation folded in.
TEST_CASE("frozen layers: an evaluation with averaged weights packs no frozen ones again") {
  Run run({conv1, norm, conv2});
  run.trainer.step(run.batch);
  CHECK(run.packed_by_evaluation() == 1);
  run.trainer.step(run.batch);
  CHECK(run.packed_by_evaluation() == 0);
}

TEST_CASE("frozen layers: new values are packed") {
  Run run({conv1, norm, conv2});
  WeightsCopy copy(run.network);
  copy.take();
  run.trainer.step(run.batch);
  run.network.initialize(2);
  CHECK(run.packed_by_step() == 2);
  copy.put_back();
  CHECK(run.packed_by_step() == 2);
}

}  // namespace
}  // namespace convlab
