#pragma once

#include <memory>

#include "data/dataset.h"

namespace convlab {

/// Returns the same images with another shape (height, width, channels) in batches: resized to it
/// as `mode` says, grey or in colour. Returns `dataset` itself if that changes nothing.
std::shared_ptr<const Dataset> with_image_shape(std::shared_ptr<const Dataset> dataset,
                                                const Shape& image,
                                                ResizeMode mode = ResizeMode::crop);

/// The same for both parts.
DatasetSplits with_image_shape(DatasetSplits splits, const Shape& image,
                               ResizeMode mode = ResizeMode::crop);

}  // namespace convlab
