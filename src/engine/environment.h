#pragma once

#include <functional>
#include <memory>
#include <string>

#include "backend/backend.h"
#include "data/dataset.h"
#include "pretrained/load_pretrained.h"
#include "train/callbacks/callback_list.h"

namespace convlab {

class Run;

/// Everything that an engine needs from its front end.
struct EngineEnvironment {
  std::unique_ptr<Backend> backend;
  /// Opens a data set by name. Its images may arrive later, see Engine::data_arrived.
  std::function<DatasetSplits(const std::string& name)> open_data;
  /// Opens weights of a pretrained network by name. Empty: there are none.
  std::function<OpenedWeights(const std::string& name)> open_weights;
  /// Creates additional callbacks for each run, besides those that its options ask for: front ends
  /// write files in them. Empty: none.
  std::function<Callbacks(Run& run)> callbacks;
  /// Returns seconds of a monotonic clock.
  std::function<double()> now;
  /// Number of threads that decode images ahead (of the pool LoaderOptions::workers); must be 0
  /// without threads.
  int64_t loader_threads = 0;
};

}  // namespace convlab
