#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "engine/bench_options.h"

namespace convlab {

/// Prints one result as text, one number per line.
void print_result(std::FILE* out, const BenchResult& result);

/// Prints BenchResult::layers as a table.
void print_layers(std::FILE* out, const BenchResult& result);

/// Prints results as a Markdown table, one row after each run. On a terminal, a line below the
/// table shows the current run and the estimated remaining time.
class BenchRows {
 public:
  /// Prints the head of the table. `now` returns seconds of a monotonic clock.
  BenchRows(std::FILE* out, size_t runs, std::function<double()> now);

  void begin(const BenchOptions& run);
  void end(const BenchResult& result);
  /// Prints a row for a run that failed.
  void end(const BenchOptions& run, const std::string& error);

 private:
  void print(const std::string& row);

  std::FILE* out_;
  size_t runs_;
  size_t done_ = 0;
  std::function<double()> now_;
  double start_;
  bool terminal_;
};

}  // namespace convlab
