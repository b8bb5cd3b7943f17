#pragma once

#include <catch2/catch_test_macros.hpp>

#include "core/error.h"
#include "data/synthetic.h"
#include "engine/calls.h"

/// A small data set, and engines and runs on it.
namespace convlab {

constexpr int64_t train_size = 512;
constexpr int64_t test_size = 200;

// A clock that advances by a millisecond at every call, so that tests do not depend on the machine.
inline std::function<double()> ticking_clock() {
  return [ticks = 0]() mutable { return 1e-3 * ++ticks; };
}

inline Engine make_engine(int threads = 1) {
  const auto open = [](const std::string& name) {
    if (name != "synthetic") fail("unknown data set '{}'; known are: synthetic", name);
    return make_synthetic(train_size, test_size, {28, 28, 1}, 10);
  };
  return Engine(
      {.backend = make_backend("xnnpack", threads), .open_data = open, .now = ticking_clock()});
}

inline RunOptions small_run() {
  RunOptions options;
  options.data = "synthetic";
  options.model = "mnist-mlp";
  options.batch = 64;
  options.epochs = 3;
  return options;
}

// Advances the engine until it has nothing to do.
inline std::shared_ptr<const Snapshot> settle(Engine& engine) {
  for (int i = 0; i < 100000; ++i) {
    if (engine.advance() != Activity::busy) return engine.snapshot();
  }
  FAIL("the engine never came to rest");
  return nullptr;
}

}  // namespace convlab
