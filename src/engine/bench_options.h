#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/fields.h"

namespace convlab {

struct BenchOptions {
  std::string model = "simple-convnet";
  /// A graph as JSON (io/graph_json.h), reported under the name `model`; empty: the zoo's `model`.
  std::string document;
  std::string backend;  ///< empty: the fastest
  int64_t batch = 128;
  int32_t threads = 0;  ///< 0: one per available processor
  std::string optimizer = "adam";
  bool inference = false;         ///< measure evaluation instead of training steps
  int64_t images = 0;             ///< size of the random data set; 0: the same batch in every step
  double seconds = 3;             ///< approximate duration of each measurement
  bool layers = false;            ///< also measure each layer; only for training steps
  std::string winograd = "auto";  ///< see winograd_names
};

template <class Fields, MaybeConst<BenchOptions> S>
void visit(Fields& fields, S& options) {
  fields("model", options.model);
  fields("document", options.document);
  fields("backend", options.backend);
  fields("batch", options.batch);
  fields("threads", options.threads);
  fields("optimizer", options.optimizer);
  fields("inference", options.inference);
  fields("images", options.images);
  fields("seconds", options.seconds);
  fields("layers", options.layers);
  fields("winograd", options.winograd);
}

/// Time that one layer takes in a training step; 0 where it computes nothing. An activation layer
/// is computed by the layer that it is folded into; its gradient is computed there too, or by a
/// pooling layer after it.
struct LayerTime {
  std::string name;
  std::string kind;
  std::string output;  ///< shape of one sample's output
  double gflop = 0;    ///< 10^9 FLOP for the whole batch, the same for each of the three times
  double forward_ms = 0;
  double input_grad_ms = 0;
  double parameter_grad_ms = 0;

  double step_ms() const { return forward_ms + input_grad_ms + parameter_grad_ms; }
};

template <class Fields, MaybeConst<LayerTime> S>
void visit(Fields& fields, S& layer) {
  fields("name", layer.name);
  fields("kind", layer.kind);
  fields("output", layer.output);
  fields("gflop", layer.gflop);
  fields("forward_ms", layer.forward_ms);
  fields("input_grad_ms", layer.input_grad_ms);
  fields("parameter_grad_ms", layer.parameter_grad_ms);
}

/// Speed of a training step (or of an evaluation), compared with that of a matrix product measured
/// in the same run. step_ms, gflops and efficiency are medians; images_per_second counts the whole
/// wall-clock time after the first step.
struct BenchResult {
  static constexpr std::string_view name = "bench";
  std::string model;
  std::string backend;
  int32_t threads = 0;
  int64_t batch = 0;
  int64_t images = 0;
  bool inference = false;
  std::string optimizer;
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

template <class Fields, MaybeConst<BenchResult> S>
void visit(Fields& fields, S& result) {
  fields("model", result.model);
  fields("backend", result.backend);
  fields("threads", result.threads);
  fields("batch", result.batch);
  fields("images", result.images);
  fields("inference", result.inference);
  fields("optimizer", result.optimizer);
  fields("first_step_ms", result.first_step_ms);
  fields("second_step_ms", result.second_step_ms);
  fields("step_ms", result.step_ms);
  fields("images_per_second", result.images_per_second);
  fields("gflops", result.gflops);
  fields("gemm_peak_gflops", result.gemm_peak_gflops);
  fields("efficiency", result.efficiency);
  fields("peak_memory_bytes", result.peak_memory_bytes);
  fields("layers", result.layers);
}

}  // namespace convlab
