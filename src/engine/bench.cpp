#include "engine/bench.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "loss/softmax_cross_entropy.h"
#include "optim/adam.h"
#include "train/check_memory.h"
#include "train/trainer.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

using Clock = std::function<double()>;

double median(std::vector<double>& durations) {
  const auto middle = durations.begin() + static_cast<std::ptrdiff_t>(durations.size() / 2);
  std::nth_element(durations.begin(), middle, durations.end());
  return *middle;
}

// The median duration of `action` in seconds: for about `seconds`, at least five times after one to
// warm up.
double median_seconds(const Clock& now, double seconds, const std::function<void()>& action) {
  constexpr size_t least_runs = 5;
  action();
  std::vector<double> durations;
  const double end = now() + seconds;
  while (durations.size() < least_runs || now() < end) {
    const double start = now();
    action();
    durations.push_back(now() - start);
  }
  return median(durations);
}

double gemm_peak_gflops(Backend& backend, const Clock& now, double seconds) {
  constexpr int64_t n = 1024;
  constexpr GemmDesc desc{};
  const Shape square{n, n};
  Buffer memory = backend.allocate(3 * n * n * sizeof(float));
  const auto matrix = [&](int64_t index) {
    return Tensor{square, DType::f32, static_cast<float*>(memory.memory()) + index * n * n};
  };
  const Buffer workspace =
      backend.allocate(static_cast<size_t>(backend.gemm_workspace(desc, square, square)) + 1);
  for (const int64_t index : {0, 1}) backend.fill(matrix(index), 0.5F);
  OpSlot slot;
  const double duration = median_seconds(now, seconds, [&] {
    backend.gemm({slot, workspace.memory()}, desc, matrix(0), matrix(1), {}, matrix(2));
  });
  return 2.0 * n * n * n / duration * 1e-9;
}

Batch random_batch(int64_t size, const Shape& image, int64_t classes) {
  Random random(1, 0);
  Batch batch;
  batch.images.resize(static_cast<size_t>(image.with_front(size).elements()));
  for (uint8_t& pixel : batch.images) pixel = static_cast<uint8_t>(random.below(256));
  for (int64_t i = 0; i < size; ++i)
    batch.labels.push_back(static_cast<int32_t>(random.below(static_cast<uint32_t>(classes))));
  return batch;
}

// The parts of all layers in the order of a step, so that each finds in the caches what it finds
// there; for about `seconds`, at least three times.
std::vector<LayerTime> measure_layers(Network& network, int64_t batch, const Clock& now,
                                      double seconds) {
  constexpr size_t least_runs = 3;
  constexpr std::array works{NodeWork::forward, NodeWork::input_grads, NodeWork::parameter_grads};
  const auto& nodes = network.graph().nodes();
  std::vector<std::array<std::vector<double>, works.size()>> durations(nodes.size());
  const auto measure = [&](size_t node, NodeWork work) {
    const double start = now();
    network.repeat(node, work);
    durations[node][static_cast<size_t>(work)].push_back((now() - start) * 1e3);
  };
  const double end = now() + seconds;
  while (durations[0][0].size() < least_runs || now() < end) {
    for (size_t i = 0; i < nodes.size(); ++i) measure(i, NodeWork::forward);
    for (size_t i = nodes.size(); i-- > 0;) {
      measure(i, NodeWork::parameter_grads);
      measure(i, NodeWork::input_grads);
    }
  }
  std::vector<LayerTime> times;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    const int64_t flops = node.layer->flops(node.input_shapes) * batch;
    times.push_back({.name = node.name,
                     .kind = std::string(node.layer->kind()),
                     .output = node.output_shape.str(),
                     .forward_ms = median(durations[i][0]),
                     .input_grad_ms = median(durations[i][1]),
                     .parameter_grad_ms = median(durations[i][2]),
                     .gflop = static_cast<double>(flops) * 1e-9});
  }
  return times;
}

}  // namespace

BenchResult run_bench(const BenchOptions& options, const Clock& now) {
  const Model& model = find_model(options.model);
  return run_bench(options, model.build(model.image(), model.usual_classes), now);
}

BenchResult run_bench(const BenchOptions& options, Graph graph, const Clock& now) {
  if (graph.output_shape().rank() != 1) {
    fail("[bench] ", options.model, " gives ", graph.output_shape(),
         "; expected a vector with one number for each class");
  }
  const std::unique_ptr<Backend> backend =
      make_backend(options.backend, options.threads, options.memory);
  auto optimizer = std::make_unique<Adam>();
  check_memory(graph, *backend,
               {.model = options.model,
                .batch = options.batch,
                .train_images = options.batch,
                .states = state_count(*optimizer, {})});
  const double peak = gemm_peak_gflops(*backend, now, options.seconds / 3);

  Network network(std::move(graph), *backend, 1);
  Trainer trainer(network, std::make_unique<SoftmaxCrossEntropy>(), std::move(optimizer), 1e-3);
  const Batch batch = random_batch(options.batch, network.graph().input_shape(),
                                   network.graph().output_shape().elements());
  const double step_seconds = median_seconds(now, options.seconds, [&] { trainer.step(batch); });

  const auto images = static_cast<double>(options.batch);
  const double gflops =
      static_cast<double>(network.graph().training_flops()) * images / step_seconds * 1e-9;
  return {.model = options.model,
          .backend = std::string(backend->name()),
          .threads = backend->threads(),
          .batch = options.batch,
          .step_ms = step_seconds * 1e3,
          .images_per_second = images / step_seconds,
          .gflops = gflops,
          .gemm_peak_gflops = peak,
          .efficiency = gflops / peak,
          .peak_memory_bytes = backend->memory_use().peak_bytes,
          .layers = options.layers ? measure_layers(network, options.batch, now, options.seconds)
                                   : std::vector<LayerTime>{}};
}

std::string to_json(const BenchResult& result) {
  nlohmann::ordered_json json{
      {"model", result.model},           {"backend", result.backend},
      {"threads", result.threads},       {"batch", result.batch},
      {"step_ms", result.step_ms},       {"images_per_second", result.images_per_second},
      {"gflops", result.gflops},         {"gemm_peak_gflops", result.gemm_peak_gflops},
      {"efficiency", result.efficiency}, {"peak_memory_bytes", result.peak_memory_bytes}};
  for (const LayerTime& layer : result.layers) {
    json["layers"].push_back({{"name", layer.name},
                              {"kind", layer.kind},
                              {"output", layer.output},
                              {"gflop", layer.gflop},
                              {"forward_ms", layer.forward_ms},
                              {"input_grad_ms", layer.input_grad_ms},
                              {"parameter_grad_ms", layer.parameter_grad_ms}});
  }
  return json.dump();
}

}  // namespace convlab
