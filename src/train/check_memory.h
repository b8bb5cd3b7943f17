#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "backend/backend.h"
#include "nn/graph.h"
#include "optim/optimizer.h"
#include "train/updater.h"

namespace convlab {

/// What a Trainer is to do with a network, as far as it takes memory.
struct TrainingSize {
  std::string model;  ///< its name, for messages
  int64_t batch = 1;
  int64_t train_images = 0;  ///< images to train on; 0: it only evaluates
  int64_t eval_images = 0;
  int64_t min_eval = 0;  ///< images that are evaluated together however small the batch
  size_t states = 0;     ///< flat buffers of Updater::states

  /// The largest batches that there will be.
  int64_t train_batch() const { return std::min(batch, train_images); }
  int64_t eval_batch() const { return std::min(std::max(batch, min_eval), eval_images); }
};

/// How many states an Updater keeps.
size_t state_count(const Optimizer& optimizer, const UpdateOptions& options);

/// Bytes that the backend will have allocated once such batches have run, but for some hundred:
/// weights, gradients, states, activations and the batch's images. Nothing is allocated. What a
/// backend keeps in its OpStates is not in it.
uint64_t needed_bytes(const Graph& graph, const Backend& backend, const TrainingSize& size);

/// Throws Error, naming the need, what is left and the largest batch that fits, when
/// Backend::memory_left does not suffice.
void check_memory(const Graph& graph, const Backend& backend, const TrainingSize& size);

}  // namespace convlab
