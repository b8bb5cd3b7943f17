#include "engine/tasks/bench_task.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/counted.h"
#include "core/error.h"
#include "core/random.h"
#include "data/loader.h"
#include "data/memory_dataset.h"
#include "io/graph_json.h"
#include "loss/softmax_cross_entropy.h"
#include "optim/optimizer.h"
#include "train/check_memory.h"
#include "train/trainer.h"
#include "zoo/zoo.h"

namespace convlab {

namespace {

using Clock = std::function<double()>;

constexpr int64_t max_batch = 131'072;
constexpr int64_t max_images = 10'000'000;
constexpr double min_seconds = 0.01;
constexpr double max_seconds = 3600;

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

// Repeats an action for about `seconds`, at least five times after the first run.
class Measurement {
 public:
  Measurement(const Clock& now, double seconds) : now_(now), seconds_(seconds) {}

  /// Runs the action once; returns whether it was the last time.
  template <class Action>
  bool run(const Action& action) {
    const double start = now_();
    action();
    const double end = now_();
    if (first_ < 0) {
      first_ = end - start;
      start_ = now_();
      return false;
    }
    durations_.push_back(end - start);
    elapsed_ = now_() - start_;
    constexpr size_t min_runs = 5;
    return durations_.size() >= min_runs && elapsed_ >= seconds_;
  }
  double progress() const { return std::min(elapsed_ / seconds_, 1.0); }
  Duration result() {
    const double mean = elapsed_ / static_cast<double>(durations_.size());
    const double second = durations_.front();
    return {first_, second, median(durations_), mean};
  }

 private:
  const Clock& now_;
  double seconds_;
  double first_ = -1;
  double start_ = 0;
  double elapsed_ = 0;
  std::vector<double> durations_;
};

// A product of two matrices, as the measure of what the machine can do.
class MatrixProduct {
 public:
  explicit MatrixProduct(Backend& backend)
      : backend_(backend),
        memory_(backend.allocate(3 * n * n * sizeof(float))),
        workspace_(backend.allocate(
            static_cast<size_t>(backend.gemm_workspace(desc, {n, n}, {n, n})) + 1)) {
    for (const int64_t index : {0, 1}) backend.fill(matrix(index), 0.5F);
  }

  void run() {
    backend_.gemm({slot_, workspace_.memory()}, desc, matrix(0), matrix(1), {}, matrix(2));
    backend_.synchronize();
  }
  static double gflops(const Duration& duration) {
    return 2.0 * n * n * n / duration.median * 1e-9;
  }

 private:
  static constexpr int64_t n = 1024;
  static constexpr GemmDesc desc{};

  Tensor matrix(int64_t index) const {
    return {{n, n}, DType::f32, static_cast<float*>(memory_.memory()) + index * n * n};
  }

  Backend& backend_;
  Buffer memory_;
  Buffer workspace_;
  OpSlot slot_;
};

std::unique_ptr<const Dataset> random_images(const Graph& graph, int64_t count) {
  const Shape& image = graph.input_shape();
  const int64_t classes = std::min<int64_t>(graph.output_shape().elements(), 256);
  auto dataset = std::make_unique<MemoryDataset>(
      "random", image, std::vector<std::string>(static_cast<size_t>(classes)), count);
  Random random(1, 0);
  std::vector<uint8_t> pixels(static_cast<size_t>(image.elements()));
  for (int64_t i = 0; i < count; ++i) {
    for (uint8_t& pixel : pixels) pixel = static_cast<uint8_t>(random.below(256));
    const auto label = static_cast<uint8_t>(random.below(static_cast<uint32_t>(classes)));
    dataset->append(pixels, {&label, 1}, "random");
  }
  return dataset;
}

// An endless sequence of batches of equal size.
class Batches {
 public:
  Batches(const BenchOptions& options, const Graph& graph)
      : size_(options.batch),
        images_(random_images(graph, std::max(options.images, options.batch))),
        loader_(*images_, {.batch = options.batch, .seed = 1}) {
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
  std::unique_ptr<const Dataset> images_;
  Loader loader_;
  int64_t epoch_ = 0;
  Batch batch_;
  bool draws_anew_ = false;
};

// Measures all layers in the order of a training step, so that the caches hold the same data as in
// a real step. Repeats this for about `seconds`, at least three times.
class LayerMeasurement {
 public:
  LayerMeasurement(Network& network, const Clock& now, double seconds)
      : network_(network),
        now_(now),
        seconds_(seconds),
        start_(now()),
        durations_(network.graph().nodes().size()) {}

  /// Runs one training step layer by layer; returns whether it was the last one.
  bool run() {
    for (size_t i = 0; i < durations_.size(); ++i) measure(i, NodeWork::forward);
    for (size_t i = durations_.size(); i-- > 0;) {
      measure(i, NodeWork::parameter_grads);
      measure(i, NodeWork::input_grads);
    }
    constexpr size_t min_runs = 3;
    return durations_[0][0].size() >= min_runs && now_() >= start_ + seconds_;
  }
  double progress() const { return std::min((now_() - start_) / seconds_, 1.0); }

  std::vector<LayerTime> result(int64_t batch) {
    std::vector<LayerTime> times;
    for (size_t i = 0; i < durations_.size(); ++i) {
      const Node& node = network_.graph().nodes()[i];
      const int64_t flops = node.layer->flops(node.input_shapes) * batch;
      times.push_back({.name = node.name,
                       .kind = std::string(node.layer->kind()),
                       .output = node.output_shape.str(),
                       .gflop = static_cast<double>(flops) * 1e-9,
                       .forward_ms = median(durations_[i][0]),
                       .input_grad_ms = median(durations_[i][1]),
                       .parameter_grad_ms = median(durations_[i][2])});
    }
    return times;
  }

 private:
  void measure(size_t node, NodeWork work) {
    const double start = now_();
    network_.repeat(node, work);
    network_.backend().synchronize();
    durations_[node][static_cast<size_t>(work)].push_back((now_() - start) * 1e3);
  }

  Network& network_;
  const Clock& now_;
  double seconds_;
  double start_;
  std::vector<std::array<std::vector<double>, 3>> durations_;  // by node and NodeWork
};

void check(const BenchOptions& options, const Graph& graph) {
  if (!options.inference && graph.output_shape().rank() != 1) {
    fail("[bench] {} has the output shape {}; expected a vector with one number per class",
         options.model, graph.output_shape());
  }
  if (options.batch < 1 || options.batch > max_batch)
    fail("[bench] a batch of {}; expected 1 to {}", options.batch, max_batch);
  if (!(options.seconds >= min_seconds && options.seconds <= max_seconds))
    fail("[bench] {} seconds; expected {} to {}", options.seconds, min_seconds, max_seconds);
  if (options.inference && (options.images > 0 || options.layers))
    fail("[bench] inference cannot be combined with images or layers");
  if (options.images > max_images)
    fail("[bench] {} images; expected at most {}", options.images, max_images);
  if (options.images > 0 && options.images < options.batch) {
    fail("[bench] a batch of {} cannot be filled with {}; expected at least one full batch",
         options.batch, counted(options.images, "image"));
  }
}

}  // namespace

class BenchTask::Impl {
 public:
  Impl(const BenchOptions& options, Graph graph, Clock now, MemorySource memory)
      : options_(options), graph_(std::move(graph)), now_(std::move(now)) {
    check(options_, graph_);
    backend_ = make_backend(options_.backend, options_.threads, std::move(memory));
    backend_->set_winograd(find_winograd(options_.winograd));
    optimizer_ = find_optimizer(options_.optimizer).make({});
    check_memory(graph_, *backend_,
                 {.model = options_.model,
                  .batch = options_.batch,
                  .train_images = options_.inference ? 0 : options_.batch,
                  .eval_images = options_.inference ? options_.batch : 0,
                  .states = options_.inference ? 0 : state_count(*optimizer_, {})});
    flops_ = options_.inference ? graph_.flops() : graph_.training_flops();
    product_.emplace(*backend_);
  }

  bool advance() {
    if (product_) {
      if (product_measurement_.run([&] { product_->run(); })) {
        peak_ = MatrixProduct::gflops(product_measurement_.result());
        product_.reset();
        prepare();
      }
      return false;
    }
    if (!layer_measurement_) {
      if (!steps_.run([&] { step(); })) return false;
      if (!options_.layers) return true;
      layer_measurement_.emplace(*network_, now_, options_.seconds);
      return false;
    }
    return layer_measurement_->run();
  }

  double progress() const {
    const double parts = options_.layers ? 7 : 4;  // the matrix product takes a third of one
    if (layer_measurement_) return (4 + 3 * layer_measurement_->progress()) / parts;
    return (product_measurement_.progress() + 3 * steps_.progress()) / parts;
  }

  BenchResult result() {
    const Duration duration = steps_.result();
    const auto images = static_cast<double>(options_.batch);
    const double gflops = static_cast<double>(flops_) * images / duration.median * 1e-9;
    return {.model = options_.model,
            .backend = std::string(backend_->name()),
            .threads = backend_->threads(),
            .batch = options_.batch,
            .images = options_.images,
            .inference = options_.inference,
            .optimizer = options_.inference ? "" : options_.optimizer,
            .first_step_ms = duration.first * 1e3,
            .second_step_ms = duration.second * 1e3,
            .step_ms = duration.median * 1e3,
            .images_per_second = images / duration.mean,
            .gflops = gflops,
            .gemm_peak_gflops = peak_,
            .efficiency = gflops / peak_,
            .peak_memory_bytes = backend_->memory_use().peak_bytes,
            .layers = layer_measurement_ ? layer_measurement_->result(options_.batch)
                                         : std::vector<LayerTime>()};
  }

 private:
  void prepare() {
    network_.emplace(std::move(graph_), *backend_, 1,
                     options_.inference ? NetworkUse::inference : NetworkUse::training);
    if (options_.inference) {
      backend_->fill(network_->prepare(Mode::eval, options_.batch), 0.5F);
      return;
    }
    trainer_.emplace(*network_, std::make_unique<SoftmaxCrossEntropy>(), std::move(optimizer_),
                     1e-3);
    trainer_->prepare(Mode::train, options_.batch);
    batches_.emplace(options_, network_->graph());
  }

  void step() {
    if (trainer_) {
      trainer_->step(batches_->next());
    } else {
      network_->forward();
    }
    backend_->synchronize();
  }

  BenchOptions options_;
  Graph graph_;
  Clock now_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Optimizer> optimizer_;
  int64_t flops_ = 0;
  double peak_ = 0;
  std::optional<MatrixProduct> product_;
  Measurement product_measurement_{now_, options_.seconds / 3};
  std::optional<Network> network_;
  std::optional<Trainer> trainer_;
  std::optional<Batches> batches_;
  Measurement steps_{now_, options_.seconds};
  std::optional<LayerMeasurement> layer_measurement_;
};

BenchTask::BenchTask(const BenchOptions& options, Graph graph, Clock now, MemorySource memory)
    : impl_(std::make_unique<Impl>(options, std::move(graph), std::move(now), std::move(memory))) {}
BenchTask::~BenchTask() = default;

bool BenchTask::advance() { return impl_->advance(); }
double BenchTask::progress() const { return impl_->progress(); }
Result BenchTask::result() { return impl_->result(); }

Graph bench_graph(const BenchOptions& options) {
  if (!options.document.empty())
    return parse_graph_json(options.document, "[bench] " + options.model);
  const Model& model = find_model(options.model);
  return model.build(model.image(), model.default_classes);
}

}  // namespace convlab
