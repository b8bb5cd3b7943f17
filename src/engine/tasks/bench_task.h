#pragma once

#include <functional>
#include <memory>

#include "backend/backend.h"
#include "engine/bench_options.h"
#include "engine/tasks/task.h"
#include "nn/graph.h"

namespace convlab {

/// Measures a network on random images, on a backend of its own, and a matrix product to compare
/// with.
class BenchTask final : public Task {
 public:
  /// Measures `graph`, reported under the name `options.model`. `now` returns seconds of a
  /// monotonic clock; `memory` limits allocations. Throws Error for an unknown backend or
  /// optimizer, for a batch that does not fit into memory, and for options that contradict each
  /// other.
  BenchTask(const BenchOptions& options, Graph graph, std::function<double()> now,
            MemorySource memory);
  ~BenchTask() override;

  bool advance() override;
  double progress() const override;
  Result result() override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Returns the graph to measure: that in `options.document` or, if that is empty, the zoo's
/// `options.model` with its default image shape and number of classes. Throws Error for an unknown
/// model and for a document with errors.
Graph bench_graph(const BenchOptions& options);

}  // namespace convlab
