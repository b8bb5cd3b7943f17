#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "nn/graph.h"

namespace convlab {

struct BenchOptions {
  std::string model = "simple-convnet";
  std::string document;  ///< a graph as in io/graph_json.h, then called `model`; empty: the zoo's
  std::string backend;   ///< empty: the best
  int64_t batch = 128;
  int threads = 0;  ///< 0: one per core
  std::string optimizer = "adam";
  bool inference = false;  ///< evaluation instead of training steps
  int64_t images = 0;   ///< images of the set that batches are drawn from; 0: one batch, ever again
  double seconds = 3;   ///< about how long to measure each part
  bool layers = false;  ///< also the parts of each layer, of training steps only
  MemorySource memory;  ///< see make_backend
};

/// One layer's fraction of a training step; 0 where there is nothing to do. Activations are
/// computed with the layer that they are folded into, and its gradient there or by a pooling after
/// it.
struct LayerTime {
  std::string name;
  std::string kind;
  std::string output;  ///< shape of one sample's output
  double forward_ms = 0;
  double input_grad_ms = 0;
  double parameter_grad_ms = 0;
  double gflop = 0;  ///< 10^9 floating-point operations of any one of the three, over the batch

  double step_ms() const { return forward_ms + input_grad_ms + parameter_grad_ms; }
};

/// A training step's speed, or an evaluation's, beside that of the same run's matrix product. All
/// medians.
struct BenchResult {
  std::string model;
  std::string backend;
  int threads = 0;
  int64_t batch = 0;
  std::string optimizer;  ///< empty: inference
  int64_t images = 0;
  double first_step_ms = 0;   ///< with all that is made once
  double second_step_ms = 0;  ///< in a browser its compiler is still at work
  double step_ms = 0;
  double images_per_second = 0;
  double gflops = 0;  ///< 10^9 FLOP/s of Graph::training_flops, or of Graph::flops for inference
  double gemm_peak_gflops = 0;  ///< of a product of two 1024² matrices
  double efficiency = 0;        ///< gflops / gemm_peak_gflops
  uint64_t peak_memory_bytes = 0;
  std::vector<LayerTime> layers;  ///< if asked for
};

/// Trains `graph`, which is called `options.model`, on made-up images. `now` tells seconds,
/// monotonic. Throws Error for an unknown backend or optimizer, for a batch that the memory
/// does not hold, and for options that contradict each other.
BenchResult run_bench(const BenchOptions& options, Graph graph, const std::function<double()>& now);

/// The same with `options.document`, or the zoo's `options.model` for its default images and
/// classes. Throws Error for a model that is unknown and for a document with errors.
BenchResult run_bench(const BenchOptions& options, const std::function<double()>& now);

/// One object with the fields' names.
std::string to_json(const BenchResult& result);

}  // namespace convlab
