#pragma once

#include "core/shape.h"
#include "data/batch.h"

namespace convlab {

/// Which batch of a training run is mixed: all that its random numbers depend on.
struct MixSeed {
  uint64_t seed = 0;
  int64_t epoch = 0;  ///< below 2^24
  int64_t batch = 0;  ///< index within the epoch, below 2^32
};

/// mixup (Zhang et al. 2018): each image becomes λ · image + (1 - λ) · partner, rounded to bytes,
/// and has the labels of both, the first with weight λ. λ, a multiple of 2^-16, is drawn from
/// Beta(alpha, alpha) once per batch; the partner of an image is the one before it, that of the
/// first the last, as in torchvision's v2.MixUp. image_shape: (height, width, channels). Throws
/// Error for an alpha outside (0, 1000], a batch of another size, or one that is mixed already.
void mixup(Batch& batch, const Shape& image_shape, double alpha, const MixSeed& seed);

/// CutMix (Yun et al. 2019): a box of each image is replaced by that of its partner. The box, the
/// same for the whole batch, has a random centre and √(1 - λ) of the image's height and width, and
/// is clipped at the border; the weight of the first label is the fraction of the image outside the
/// clipped box. λ, partner and errors are those of mixup, as in torchvision's v2.CutMix.
void cutmix(Batch& batch, const Shape& image_shape, double alpha, const MixSeed& seed);

}  // namespace convlab
