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
  /// A graph as JSON (io/graph_json.h), reported under the name `model`; empty: the zoo's `model`.
  std::string document;
  std::string backend;  ///< empty: the fastest
  int64_t batch = 128;
  int threads = 0;  ///< 0: one per available processor
  std::string optimizer = "adam";
  bool inference = false;  ///< measure evaluation instead of training steps
  int64_t images = 0;      ///< size of the random data set; 0: the same batch in every step
  double seconds = 3;      ///< approximate duration of each measurement
  bool layers = false;     ///< also measure each layer; only for training steps
  MemorySource memory;     ///< available memory, see make_backend
};

/// Time that one layer takes in a training step; 0 where it computes nothing. An activation layer
/// is computed by the layer that it is folded into; its gradient is computed there too, or by a
/// pooling layer after it.
struct LayerTime {
  std::string name;
  std::string kind;
  std::string output;  ///< shape of one sample's output
  double forward_ms = 0;
  double input_grad_ms = 0;
  double parameter_grad_ms = 0;
  double gflop = 0;  ///< 10^9 FLOP for the whole batch, the same for each of the three times

  double step_ms() const { return forward_ms + input_grad_ms + parameter_grad_ms; }
};

/// Speed of a training step (or of an evaluation), compared with that of a matrix product measured
/// in the same run. step_ms, gflops and efficiency are medians; images_per_second counts the whole
/// wall-clock time after the first step.
struct BenchResult {
  std::string model;
  std::string backend;
  int threads = 0;
  int64_t batch = 0;
  std::string optimizer;  ///< empty: inference
  int64_t images = 0;
  double first_step_ms = 0;   ///< includes everything that is prepared only once
  double second_step_ms = 0;  ///< in a browser, the compiler may still be optimizing
  double step_ms = 0;
  double images_per_second = 0;
  double gflops = 0;  ///< 10^9 FLOP/s, from Graph::training_flops (inference: Graph::flops)
  double gemm_peak_gflops = 0;  ///< of a product of two 1024 × 1024 matrices
  double efficiency = 0;        ///< gflops / gemm_peak_gflops
  uint64_t peak_memory_bytes = 0;
  std::vector<LayerTime> layers;  ///< empty unless BenchOptions::layers
};

/// Measures `graph`, reported under the name `options.model`, on random images. `now` returns
/// seconds of a monotonic clock. Throws Error for an unknown backend or optimizer, for a batch that
/// does not fit into memory, and for options that contradict each other.
BenchResult run_bench(const BenchOptions& options, Graph graph, const std::function<double()>& now);

/// The same for the graph in `options.document` or, if that is empty, for the zoo's `options.model`
/// with its default image shape and number of classes. Also throws Error for an unknown model and
/// for a document with errors.
BenchResult run_bench(const BenchOptions& options, const std::function<double()>& now);

/// Returns one JSON object with the names of the fields.
std::string to_json(const BenchResult& result);

}  // namespace convlab
