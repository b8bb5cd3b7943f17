#pragma once

#include <cstdint>
#include <memory>

#include "data/dataset.h"

namespace convlab {

/// Returns the same images, of which each is kept as pixels of the shape image_shape() once it is
/// decoded, as long as they fit into `max_bytes`. For data sets whose images have no common size;
/// others are returned as they are.
std::shared_ptr<const Dataset> with_cache(std::shared_ptr<const Dataset> dataset,
                                          uint64_t max_bytes);

/// The same for both parts: first the training images, then, with what is left, the test images.
DatasetSplits with_cache(DatasetSplits splits, uint64_t max_bytes);

}  // namespace convlab
