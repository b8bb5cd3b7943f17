#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "engine/bench.h"

namespace convlab {

/// One result for people, a line for each number.
void print_result(std::FILE* out, const BenchResult& result);

/// BenchResult::layers as a table.
void print_layers(std::FILE* out, const BenchResult& result);

/// Many results as a table in Markdown that grows by a row with each; on a terminal a line below it
/// tells what is being measured and how long the rest may take.
class BenchRows {
 public:
  /// `now` tells seconds, monotonic.
  BenchRows(std::FILE* out, size_t runs, std::function<double()> now);

  void begin(const BenchOptions& run);
  void end(const BenchResult& result);
  /// A run that was not possible.
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
