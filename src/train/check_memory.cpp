#include "train/check_memory.h"

#include <fmt/format.h>
#include <algorithm>
#include <limits>

#include "core/error.h"
#include "nn/network_plan.h"
#include "nn/parameter_plan.h"
#include "train/trainer.h"

namespace convlab {

namespace {

/// Evaluation packs weights with a normalization folded into them apart from those of training.
uint64_t packed_bytes(const Graph& graph, const Backend& backend, const TrainingSize& size) {
  const GraphFacts train(graph, Mode::train);
  const GraphFacts eval(graph, Mode::eval);
  const bool trains = size.use() == NetworkUse::training;
  uint64_t sum = 0;
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    const PackedBytes packed = node.layer->packed_bytes(backend, node.input_shapes);
    if (trains) sum += packed.forward;
    if (size.eval_batch() > 0 && (!trains || eval.normalization[i])) sum += packed.forward;
    if (!trains || !train.needs_grad[i + 1]) continue;
    sum += packed.backward;
    if (train.needs_grad[node.inputs[0]]) sum += packed.grad_inputs;
  }
  return sum;
}

uint64_t megabytes(uint64_t bytes) { return (bytes + (uint64_t{1} << 20U) - 1) >> 20U; }

}  // namespace

size_t state_count(const Optimizer& optimizer, const UpdateOptions& options) {
  return optimizer.state_count() + (options.ema_momentum > 0 ? 1 : 0) +
         (options.accumulate > 1 ? 1 : 0);
}

uint64_t needed_bytes(const Graph& graph, const Backend& backend, const TrainingSize& size) {
  const ParameterPlan parameters(graph);
  const auto arena = [&](Mode mode, int64_t batch) {
    if (batch == 0) return uint64_t{0};
    return NetworkPlan(graph, backend, {.mode = mode, .batch = batch}, size.use()).memory.bytes;
  };
  const auto batch = static_cast<uint64_t>(std::max(size.train_batch(), size.eval_batch()));
  const auto image =
      static_cast<uint64_t>(graph.input_shape().elements()) * uint64_t{size_of(size.sample_type)};
  const auto normalization = 2 * static_cast<uint64_t>(graph.input_channels()) * sizeof(float);
  const auto outputs = static_cast<uint64_t>(graph.output_shape().elements());
  const uint64_t grads = size.use() == NetworkUse::training ? 1 : 0;
  return parameters.bytes + (grads + size.states) * parameters.trainable_bytes +
         std::max(arena(Mode::train, size.train_batch()), arena(Mode::eval, size.eval_batch())) +
         normalization + batch * (image + Trainer::label_bytes + outputs * sizeof(float)) +
         packed_bytes(graph, backend, size);
}

void check_memory(const Graph& graph, const Backend& backend, const TrainingSize& size,
                  uint64_t reclaimable) {
  const uint64_t unlimited = std::numeric_limits<uint64_t>::max();
  const uint64_t left = std::min(backend.memory_left(), unlimited - reclaimable) + reclaimable;
  TrainingSize tried = size;
  const auto needed = [&](int64_t batch) {
    tried.batch = batch;
    return needed_bytes(graph, backend, tried);
  };
  const uint64_t need = needed(size.batch);
  if (need <= left) return;
  int64_t fits = 0;
  for (int64_t too_large = size.batch; too_large - fits > 1;) {
    const int64_t middle = fits + (too_large - fits) / 2;
    (needed(middle) <= left ? fits : too_large) = middle;
  }
  const std::string problem = fmt::format(
      "[memory] {} needs {} MB to {} with a batch of {}, but {} MB are left; ", size.model,
      megabytes(need), size.train_images > 0 ? "train" : "evaluate", size.batch, left >> 20U);
  if (fits > 0) fail("{}the largest batch that fits is {}", problem, fits);
  fail("{}not even a batch of 1 fits, which needs {} MB; try a smaller model", problem,
       megabytes(needed(1)));
}

}  // namespace convlab
