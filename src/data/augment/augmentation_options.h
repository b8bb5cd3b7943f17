#pragma once

#include <cstdint>

#include "core/options.h"

namespace convlab {

/// How pixels outside an image are filled, as in Keras' ImageDataGenerator and scipy.ndimage.
enum class FillMode : uint8_t {
  constant,  ///< kkkk|abcd|kkkk, where k is cval
  nearest,   ///< aaaa|abcd|dddd
  reflect,   ///< dcba|abcd|dcba
  wrap       ///< bcdabc|abcd|bcdabc as scipy has it: the last pixel lies on the first
};

/// What surrounds an image of which a random crop is taken.
enum class CropFill : uint8_t {
  zero,    ///< 0000|abcd|0000
  reflect  ///< dcb|abcd|cba, as numpy.pad and PyTorch have it
};

/// The random operations on training images; all are off by default. The fields are the
/// options of the command line and of input forms: list_options, read_options and write_options
/// work on them. Intensities are those of bytes, 0 to 255.
struct AugmentationOptions {
  bool flip = false;
  bool vertical_flip = false;
  bool alternating_flip = false;
  double width_shift = 0;
  double height_shift = 0;
  bool whole_pixel_shift = false;
  double rotate = 0;
  double shear = 0;
  double zoom_min = 1;
  double zoom_max = 1;
  FillMode fill_mode = FillMode::nearest;
  double cval = 0;
  double resized_crop = 0;
  int64_t crop_padding = 0;
  CropFill crop_fill = CropFill::zero;
  double brightness_min = 1;
  double brightness_max = 1;
  double contrast = 0;
  double saturation = 0;
  double hue = 0;
  double channel_shift = 0;
  double grey = 0;
  int64_t rand_augment = 0;
  int64_t rand_augment_magnitude = 9;
  double noise = 0;
  double erase = 0;
  double erase_min_area = 0.02;
  double erase_max_area = 0.33;
  int64_t cutout = 0;
  double erase_value = 128;
  double mixup = 0;   ///< of whole batches, see data/mix.h
  double cutmix = 0;  ///< likewise

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// Returns these options, read from named values. Throws OptionError like checked_augmentation.
AugmentationOptions read_augmentation(const Options& options);

/// Returns `options` after checking each value and those that depend on each other. Throws
/// OptionError, whose message begins with [augment].
AugmentationOptions checked_augmentation(const AugmentationOptions& options);

}  // namespace convlab
