#pragma once

#include "core/random.h"
#include "data/batch.h"
#include "nn/graph.h"

namespace convlab {

/// Returns a batch of noise images for a network; the labels cycle through its classes.
inline Batch random_batch(const Graph& graph, int64_t size) {
  Random random(1, 0);
  Batch batch;
  batch.images.resize(static_cast<size_t>(graph.input_shape().with_batch(size).elements()));
  for (uint8_t& pixel : batch.images) pixel = static_cast<uint8_t>(random.below(256));
  const int64_t classes = graph.output_shape().elements();
  for (int64_t i = 0; i < size; ++i) batch.labels.push_back(static_cast<int32_t>(i % classes));
  return batch;
}

}  // namespace convlab
