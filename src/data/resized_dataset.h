#pragma once

#include <memory>

#include "data/dataset.h"

namespace convlab {

/// Returns the same images with another shape (height, width, channels) in batches: cropped and
/// resized to it, grey or in colour. Returns `dataset` itself if that is its shape already.
std::shared_ptr<const Dataset> with_image_shape(std::shared_ptr<const Dataset> dataset,
                                                const Shape& image);

/// The same for both parts.
DatasetSplits with_image_shape(DatasetSplits splits, const Shape& image);

}  // namespace convlab
