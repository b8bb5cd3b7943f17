#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "backend/backend.h"
#include "nn/network_plan.h"
#include "optim/optimizer.h"
#include "train/updater.h"

namespace convlab {

/// The sizes that determine how much memory a Trainer needs for a network.
struct TrainingSize {
  std::string model;  ///< its name for messages
  int64_t batch = 1;
  int64_t train_images = 0;  ///< number of training images; 0: evaluation only
  int64_t eval_images = 0;
  size_t states = 0;  ///< number of flat buffers in Updater::states
  DType sample_type = DType::u8;

  /// Sizes of the largest training and evaluation batch.
  int64_t train_batch() const { return std::min(batch, train_images); }
  int64_t eval_batch() const { return std::min(batch, eval_images); }
  /// The use of a network for these images.
  NetworkUse use() const {
    return train_batch() > 0 ? NetworkUse::training : NetworkUse::inference;
  }
};

/// Returns the number of states of an Updater.
size_t state_count(const Optimizer& optimizer, const UpdateOptions& options);

/// Returns the number of bytes that the backend has allocated after such batches have run, except
/// for a few hundred: weights, gradients, states, activations, packed weights, the batch's images
/// and their normalization. Allocates nothing on the backend. Other memory of OpStates, such as
/// indirection buffers, is not included.
uint64_t needed_bytes(const Graph& graph, const Backend& backend, const TrainingSize& size);

/// Throws Error if Backend::memory_left and `reclaimable`, the bytes that will be freed before, are
/// too small together, with the memory needed, the memory left and the largest batch that fits.
void check_memory(const Graph& graph, const Backend& backend, const TrainingSize& size,
                  uint64_t reclaimable = 0);

}  // namespace convlab
