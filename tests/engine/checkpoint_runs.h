#pragma once

#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <string>
#include <vector>

#include "data/synthetic.h"
#include "engine/calls.h"
#include "io/safetensors.h"

/// Runs of a small engine that are stopped, saved and resumed.
namespace convlab {

inline const Shape image{12, 12, 1};

// The clock is constant, so that the seconds stored in the checkpoints of two runs agree, too.
inline std::unique_ptr<Engine> make_engine(int64_t loader_threads = 0,
                                           const DatasetSplits& data = make_synthetic(70, 40, image,
                                                                                      4)) {
  const auto open = [data](const std::string&) { return data; };
  return std::make_unique<Engine>(EngineEnvironment{.backend = make_backend("", 1),
                                                    .open_data = open,
                                                    .now = [] { return 0.0; },
                                                    .loader_threads = loader_threads});
}

// simple-convnet has dropout. An epoch is four full batches and a smaller one.
inline RunOptions small_run() {
  RunOptions options;
  options.data = "synthetic";
  options.model = "simple-convnet";
  options.batch = 16;
  options.epochs = 2;
  return options;
}

/// Each call of advance() is a training step, a validation batch or the end of either.
inline constexpr int advances_per_epoch = 5 + 1 + 3 + 1;

inline std::unique_ptr<Engine> started(const RunOptions& options, int advances,
                                       int64_t loader_threads = 0) {
  auto engine = make_engine(loader_threads);
  engine->send(Configure{options});
  engine->send(Start{});
  for (int i = 0; i < advances; ++i) engine->advance();
  return engine;
}

inline void finish(Engine& engine) {
  engine.send(Start{});
  for (int i = 0; i < 1000; ++i) {
    if (engine.advance() == Activity::idle) break;
  }
  REQUIRE(engine.snapshot()->error.empty());
  REQUIRE(engine.snapshot()->state == RunState::finished);
}

inline std::unique_ptr<Engine> resumed(const RunOptions& options, std::vector<uint8_t> checkpoint,
                                       int64_t loader_threads = 0) {
  auto engine = make_engine(loader_threads);
  engine->send(Configure{options});
  engine->advance();
  engine->call<Done>(LoadCheckpoint{"run.checkpoint", std::move(checkpoint)});
  return engine;
}

/// Returns the checkpoint of a finished run: weights, optimizer states, metric sums, curves,
/// history.
inline std::vector<uint8_t> whole_run(const RunOptions& options) {
  const auto engine = started(options, 0);
  finish(*engine);
  return checkpoint_of(*engine);
}

/// Checks that runs resumed after a few steps, before the end of training, during validation and in
/// a later epoch equal the uninterrupted run.
inline void check_resumes(const RunOptions& options) {
  const std::vector<uint8_t> expected = whole_run(options);
  for (const int advances : {1, 4, 5, 8, advances_per_epoch + 2}) {
    INFO("stopped after " << advances << " advances");
    const auto engine = resumed(options, checkpoint_of(*started(options, advances)));
    finish(*engine);
    CHECK(checkpoint_of(*engine) == expected);
  }
}

/// Returns the error of resuming `checkpoint`, which must be refused and leave the engine
/// unchanged.
inline std::string refusal(const RunOptions& options, const std::vector<uint8_t>& checkpoint,
                           const DatasetSplits& data = make_synthetic(70, 40, image, 4)) {
  const auto engine = make_engine(0, data);
  engine->send(Configure{options});
  engine->advance();
  const std::vector<uint8_t> before = checkpoint_of(*engine);
  const std::string error = refusal_of(*engine, LoadCheckpoint{"some.file", checkpoint});
  CHECK(checkpoint_of(*engine) == before);
  CHECK(engine->snapshot()->state == RunState::ready);
  return error;
}

/// Returns the checkpoint with one number of its run's JSON replaced.
inline std::vector<uint8_t> with_run(const std::vector<uint8_t>& checkpoint,
                                     const std::string& old_text, const std::string& new_text) {
  SafeTensors file = parse_safetensors(checkpoint, "test");
  std::string& json = file.metadata["convlab.run"];
  const size_t at = json.find(old_text);
  REQUIRE(at != std::string::npos);
  json.replace(at, old_text.size(), new_text);
  return safetensors_bytes(file);
}

/// Returns the bytes of all weights of a model file.
inline std::vector<uint8_t> weights_of(const std::vector<uint8_t>& file) {
  std::vector<uint8_t> bytes;
  const SafeTensors tensors = parse_safetensors(file, "test");
  for (const SafeTensor& tensor : tensors.tensors) {
    if (tensor.name.starts_with("state/")) continue;
    bytes.insert(bytes.end(), tensor.data.begin(), tensor.data.end());
  }
  return bytes;
}

}  // namespace convlab
