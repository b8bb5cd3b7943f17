#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace convlab {

struct BenchOptions {
  std::string model = "simple-convnet";
  std::string backend;  ///< empty: the best
  int64_t batch = 128;
  int threads = 0;     ///< 0: one per core
  double seconds = 3;  ///< about how long to measure each part
};

/// A training step's speed, beside that of the same run's matrix product. All medians.
struct BenchResult {
  std::string model;
  std::string backend;
  int threads = 0;
  int64_t batch = 0;
  double step_ms = 0;
  double images_per_second = 0;
  double gflops =
      0;  ///< 10^9 training FLOP/s: products of all three passes (Graph::training_flops)
  double gemm_peak_gflops = 0;  ///< of a product of two 1024² matrices
  double efficiency = 0;        ///< gflops / gemm_peak_gflops
  uint64_t peak_memory_bytes = 0;
};

/// Trains `options.model` on made-up 28×28 pictures of ten classes. `now` tells seconds, monotonic.
/// Throws Error for an unknown model or backend.
BenchResult run_bench(const BenchOptions& options, const std::function<double()>& now);

/// One object with the fields' names.
std::string to_json(const BenchResult& result);

}  // namespace convlab
