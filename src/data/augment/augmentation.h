#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "core/shape.h"
#include "data/augment/affine.h"
#include "data/augment/augmentation_options.h"
#include "data/image_decoder.h"

namespace convlab {

/// What the random numbers of an image depend on.
struct AugmentationKey {
  uint64_t seed = 0;
  int64_t epoch = 0;  ///< 0 to 2^48 - 1
  int64_t index = 0;  ///< of the image in the data set, 0 to 2^32 - 1
};

/// Random changes of single training images. The operations follow each other in this order:
/// resized crop (load), random crop, the affine transform (rotation, shift, shear and zoom at once,
/// one interpolation), flips, channel shift, brightness, contrast, saturation, hue, grey,
/// RandAugment, noise, erasing, cutout. Each has its own random stream, so switching one on does
/// not change what others draw. Operations on colours do nothing to images without three channels.
class Augmentation {
 public:
  /// Memory that `apply` reuses; one per thread.
  struct Scratch {
    std::vector<uint8_t> pixels;
  };

  /// Throws OptionError for options out of their limits.
  explicit Augmentation(const AugmentationOptions& options);

  const AugmentationOptions& options() const { return options_; }
  /// Whether no operation is on.
  bool empty() const;

  /// Whether `load` takes random parts of the stored images.
  bool resizes() const { return options_.resized_crop > 0; }
  /// Sets `pixels` to a random part of a stored image, resized to the shape `image`: of an area
  /// from resized_crop to 1 and an aspect ratio from 3:4 to 4:3, as torchvision's
  /// RandomResizedCrop.
  void load(const ImageView& stored, const Shape& image, const AugmentationKey& key,
            std::span<uint8_t> pixels) const;

  /// Changes `pixels`, [height, width, channels] of shape `image`, in place. The result depends on
  /// the pixels, options and key alone. May be called from several threads at once, each with its
  /// own scratch. Throws Error if the sizes differ.
  void apply(std::span<uint8_t> pixels, const Shape& image, const AugmentationKey& key,
             Scratch& scratch) const;

 private:
  enum class Stream : uint64_t;

  static Random random(const AugmentationKey& key, Stream stream);
  bool crops() const { return options_.crop_padding > 0; }
  bool warps() const;
  bool recolors() const;
  Fill fill() const;
  AffineParameters draw_affine(const Shape& image, const AugmentationKey& key) const;
  /// Returns a shift in pixels; `size` is that of the image along its axis.
  double draw_shift(double largest, int64_t size, Random random) const;
  void crop(std::span<uint8_t> pixels, const Shape& image, const AugmentationKey& key,
            Scratch& scratch) const;
  void flip(std::span<uint8_t> pixels, const Shape& image, const AugmentationKey& key) const;
  void recolor(std::span<uint8_t> pixels, int64_t channels, const AugmentationKey& key) const;
  void add_noise(std::span<uint8_t> pixels, Random random) const;

  AugmentationOptions options_;
  std::vector<float> noise_;  // equally probable samples of the noise
};

}  // namespace convlab
