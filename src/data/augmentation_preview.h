#pragma once

#include <cstdint>
#include <vector>

#include "data/augment/augmentation_options.h"
#include "data/dataset.h"

namespace convlab {

/// Some training images as they are, and as training will see them.
struct AugmentationPreview {
  /// A row for each image: the image itself, then the image in each epoch, enlarged by a whole
  /// number so that the longer side has at least 64 pixels.
  DecodedImage grid;
  std::vector<int64_t> indices;  ///< of the images, from the first row to the last
};

constexpr int64_t preview_images = 8;
constexpr int64_t preview_epochs = 8;

/// Shows up to preview_images images that are spread over the classes in the first preview_epochs
/// epochs, changed as Loader does for a training run with this seed. mixup and CutMix mix these
/// images with each other. Unreadable images are left out. Throws Error for options out of their
/// limits, images of more than 1,024 pixels a side, and if no image can be read.
AugmentationPreview preview_augmentation(const Dataset& train,
                                         const AugmentationOptions& augmentation, uint64_t seed);

}  // namespace convlab
