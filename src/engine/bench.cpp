#include "engine/bench.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/counted.h"
#include "core/error.h"
#include "core/random.h"
#include "data/loader.h"
#include "io/graph_json.h"
#include "loss/softmax_cross_entropy.h"
#include "optim/optimizer.h"
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

/// Durations in seconds.
struct Duration {
  double first = 0;
  double second = 0;
  double median = 0;  // of all runs after the first
  double mean = 0;    // of the same: wall-clock time, with whatever else the machine did
};

// Repeats `action` for about `seconds`, at least five times after the first run.
Duration measure(const Clock& now, double seconds, const std::function<void()>& action) {
  constexpr size_t min_runs = 5;
  const auto once = [&] {
    const double start = now();
    action();
    return now() - start;
  };
  const double first = once();
  std::vector<double> durations;
  const double start = now();
  while (durations.size() < min_runs || now() < start + seconds) durations.push_back(once());
  const double mean = (now() - start) / static_cast<double>(durations.size());
  const double second = durations.front();
  return {first, second, median(durations), mean};
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
  const Duration duration = measure(now, seconds, [&] {
    backend.gemm(workspace.memory(), desc, matrix(0), matrix(1), {}, matrix(2));
  });
  return 2.0 * n * n * n / duration.median * 1e-9;
}

Dataset random_images(const Graph& graph, int64_t count) {
  const Shape& image = graph.input_shape();
  const int64_t classes = std::min<int64_t>(graph.output_shape().elements(), 256);
  Dataset dataset("random", image, std::vector<std::string>(static_cast<size_t>(classes)), count);
  Random random(1, 0);
  std::vector<uint8_t> pixels(static_cast<size_t>(image.elements()));
  for (int64_t i = 0; i < count; ++i) {
    for (uint8_t& pixel : pixels) pixel = static_cast<uint8_t>(random.below(256));
    const auto label = static_cast<uint8_t>(random.below(static_cast<uint32_t>(classes)));
    dataset.append(pixels, {&label, 1}, "random");
  }
  return dataset;
}

// An endless sequence of batches of equal size.
class Batches {
 public:
  Batches(const BenchOptions& options, const Graph& graph)
      : size_(options.batch),
        images_(random_images(graph, std::max(options.images, options.batch))),
        loader_(images_, {.batch = options.batch, .seed = 1}) {
    start_epoch();
    loader_.next(batch_);
    draws_anew_ = options.images > 0;
  }

  const Batch& next() {
    if (!draws_anew_) return batch_;
    while (!loader_.next(batch_) || batch_.size() < size_) start_epoch();
    return batch_;
  }

 private:
  // Starts with epoch 1, because epoch 0 shuffles only within blocks of images.
  void start_epoch() { loader_.start_epoch(++epoch_); }

  int64_t size_;
  Dataset images_;
  Loader loader_;
  int64_t epoch_ = 0;
  Batch batch_;
  bool draws_anew_ = false;
};

Duration measure_inference(Network& network, const BenchOptions& options, const Clock& now) {
  Backend& backend = network.backend();
  const Tensor input = network.prepare(Mode::eval, options.batch);
  backend.fill(input, 0.5F);
  return measure(now, options.seconds, [&] { network.forward(); });
}

// Measures all layers in the order of a training step, so that the caches hold the same data as in
// a real step. Repeats this for about `seconds`, at least three times.
std::vector<LayerTime> measure_layers(Network& network, int64_t batch, const Clock& now,
                                      double seconds) {
  constexpr size_t min_runs = 3;
  constexpr std::array works{NodeWork::forward, NodeWork::input_grads, NodeWork::parameter_grads};
  const auto& nodes = network.graph().nodes();
  std::vector<std::array<std::vector<double>, works.size()>> durations(nodes.size());
  const auto measure_part = [&](size_t node, NodeWork work) {
    const double start = now();
    network.repeat(node, work);
    durations[node][static_cast<size_t>(work)].push_back((now() - start) * 1e3);
  };
  const double end = now() + seconds;
  while (durations[0][0].size() < min_runs || now() < end) {
    for (size_t i = 0; i < nodes.size(); ++i) measure_part(i, NodeWork::forward);
    for (size_t i = nodes.size(); i-- > 0;) {
      measure_part(i, NodeWork::parameter_grads);
      measure_part(i, NodeWork::input_grads);
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
  if (!options.document.empty())
    return run_bench(options, parse_graph_json(options.document, "[bench] " + options.model), now);
  const Model& model = find_model(options.model);
  return run_bench(options, model.build(model.image(), model.default_classes), now);
}

BenchResult run_bench(const BenchOptions& options, Graph graph, const Clock& now) {
  if (!options.inference && graph.output_shape().rank() != 1) {
    fail("[bench] ", options.model, " has the output shape ", graph.output_shape(),
         "; expected a vector with one number per class");
  }
  if (options.inference && (options.images > 0 || options.layers))
    fail("[bench] inference cannot be combined with images or layers");
  if (options.images > 0 && options.images < options.batch) {
    fail("[bench] a batch of ", options.batch, " cannot be filled with ",
         counted(options.images, "image"), "; expected at least one full batch");
  }
  const std::unique_ptr<Backend> backend =
      make_backend(options.backend, options.threads, options.memory);
  auto optimizer = find_optimizer(options.optimizer).make({});
  check_memory(graph, *backend,
               {.model = options.model,
                .batch = options.batch,
                .train_images = options.inference ? 0 : options.batch,
                .eval_images = options.inference ? options.batch : 0,
                .states = options.inference ? 0 : state_count(*optimizer, {})});
  const double peak = gemm_peak_gflops(*backend, now, options.seconds / 3);
  const int64_t flops = options.inference ? graph.flops() : graph.training_flops();

  Network network(std::move(graph), *backend, 1);
  Duration duration;
  std::vector<LayerTime> layers;
  if (options.inference) {
    duration = measure_inference(network, options, now);
  } else {
    Trainer trainer(network, std::make_unique<SoftmaxCrossEntropy>(), std::move(optimizer), 1e-3);
    trainer.prepare(Mode::train, options.batch);
    Batches batches(options, network.graph());
    duration = measure(now, options.seconds, [&] { trainer.step(batches.next()); });
    if (options.layers) layers = measure_layers(network, options.batch, now, options.seconds);
  }

  const auto images = static_cast<double>(options.batch);
  const double gflops = static_cast<double>(flops) * images / duration.median * 1e-9;
  return {.model = options.model,
          .backend = std::string(backend->name()),
          .threads = backend->threads(),
          .batch = options.batch,
          .optimizer = options.inference ? "" : options.optimizer,
          .images = options.images,
          .first_step_ms = duration.first * 1e3,
          .second_step_ms = duration.second * 1e3,
          .step_ms = duration.median * 1e3,
          .images_per_second = images / duration.mean,
          .gflops = gflops,
          .gemm_peak_gflops = peak,
          .efficiency = gflops / peak,
          .peak_memory_bytes = backend->memory_use().peak_bytes,
          .layers = std::move(layers)};
}

std::string to_json(const BenchResult& result) {
  nlohmann::ordered_json json{{"model", result.model},
                              {"backend", result.backend},
                              {"threads", result.threads},
                              {"batch", result.batch}};
  if (result.images > 0) json["images"] = result.images;
  json["inference"] = result.optimizer.empty();
  if (!result.optimizer.empty()) json["optimizer"] = result.optimizer;
  json["first_step_ms"] = result.first_step_ms;
  json["second_step_ms"] = result.second_step_ms;
  json["step_ms"] = result.step_ms;
  json["images_per_second"] = result.images_per_second;
  json["gflops"] = result.gflops;
  json["gemm_peak_gflops"] = result.gemm_peak_gflops;
  json["efficiency"] = result.efficiency;
  json["peak_memory_bytes"] = result.peak_memory_bytes;
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
