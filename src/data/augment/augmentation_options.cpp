#include "data/augment/augmentation_options.h"

#include <fmt/format.h>
#include <array>

namespace convlab {

namespace {

constexpr std::array fill_modes{
    Choice{FillMode::constant, "constant"}, Choice{FillMode::nearest, "nearest"},
    Choice{FillMode::reflect, "reflect"}, Choice{FillMode::wrap, "wrap"}};

constexpr std::array crop_fills{Choice{CropFill::zero, "zero"},
                                Choice{CropFill::reflect, "reflect"}};

constexpr int64_t max_pixels = 4096;

void check_order(std::string_view low_name, double low, std::string_view high_name, double high) {
  if (low <= high) return;
  throw OptionError(low_name, fmt::format("[augment] option {} is {} but must be at most {}, {}",
                                          low_name, low, high_name, high));
}

}  // namespace

template <class Visitor>
void AugmentationOptions::visit(Visitor& visitor) {
  visitor.flag("flip", flip, "mirrors half of the images left to right");
  visitor.flag("vertical_flip", vertical_flip, "mirrors half of the images top to bottom");
  visitor.flag("alternating_flip", alternating_flip,
               "mirrors each image left to right in every other epoch, instead of flip");
  visitor.number("width_shift", width_shift, 0, max_pixels,
                 "largest shift to either side: below 1 a fraction of the width, else pixels");
  visitor.number("height_shift", height_shift, 0, max_pixels,
                 "largest shift up or down: below 1 a fraction of the height, else pixels");
  visitor.flag("whole_pixel_shift", whole_pixel_shift,
               "shifts by whole pixels, which keeps images sharp");
  visitor.number("rotate", rotate, 0, 360, "largest rotation to either side, in degrees");
  visitor.number("shear", shear, 0, 89, "largest shear angle to either side, in degrees");
  visitor.number("zoom_min", zoom_min, 0.01, 100,
                 "smallest zoom of each axis, in lengths of the part of the image that is seen: "
                 "0.5 enlarges it twofold");
  visitor.number("zoom_max", zoom_max, 0.01, 100, "largest zoom of each axis: 2 halves the image");
  visitor.choice("fill_mode", fill_mode, fill_modes,
                 "pixels from outside an image that is shifted, rotated, sheared or zoomed");
  visitor.number("cval", cval, 0, 255, "their value with fill_mode constant");
  visitor.number("resized_crop", resized_crop, 0, 1,
                 "smallest area of a random part that is resized to the whole image, as a fraction "
                 "of the stored image; 0: the centre");
  visitor.integer("crop_padding", crop_padding, 0, max_pixels,
                  "pixels added at each side before a random crop of the original size");
  visitor.choice("crop_fill", crop_fill, crop_fills, "the pixels that crop_padding adds");
  visitor.number("brightness_min", brightness_min, 0, 100,
                 "smallest factor of the brightness: 0 is black");
  visitor.number("brightness_max", brightness_max, 0, 100, "largest factor of the brightness");
  visitor.number("contrast", contrast, 0, 1,
                 "largest change of the contrast; its factor lies in 1 - contrast to 1 + contrast");
  visitor.number("saturation", saturation, 0, 1,
                 "largest change of the saturation, like that of the contrast");
  visitor.number("hue", hue, 0, 0.5,
                 "largest change of the hue, as a fraction of the colour wheel");
  visitor.number("channel_shift", channel_shift, 0, 255,
                 "largest number added to all values, which stay within the image's extremes");
  visitor.number("grey", grey, 0, 1, "probability that an image loses its colours");
  visitor.integer("rand_augment", rand_augment, 0, 14,
                  "number of operations that RandAugment applies to each image");
  visitor.integer("rand_augment_magnitude", rand_augment_magnitude, 0, 30,
                  "strength of RandAugment's operations");
  visitor.number("noise", noise, 0, 255, "standard deviation of normal noise added to each value");
  visitor.number("erase", erase, 0, 1, "probability that a random rectangle is erased");
  visitor.number("erase_min_area", erase_min_area, 0, 1,
                 "smallest area of that rectangle, as a fraction of the image");
  visitor.number("erase_max_area", erase_max_area, 0, 1, "largest area of that rectangle");
  visitor.integer("cutout", cutout, 0, max_pixels,
                  "side of a square, in pixels, that is erased at a random place of each image");
  visitor.number("erase_value", erase_value, 0, 255, "value of erased pixels");
  visitor.number("mixup", mixup, 0, 1000,
                 "alpha of mixup, which blends the images and labels of a batch; 0: off");
  visitor.number("cutmix", cutmix, 0, 1000,
                 "alpha of CutMix, which puts a box of one image into another; 0: off. With mixup, "
                 "one of both per batch");
}
template void AugmentationOptions::visit(OptionReader&);
template void AugmentationOptions::visit(OptionWriter&);
template void AugmentationOptions::visit(OptionLister&);

AugmentationOptions read_augmentation(const Options& options) {
  return checked_augmentation(read_options<AugmentationOptions>("augment", options));
}

AugmentationOptions checked_augmentation(const AugmentationOptions& options) {
  const AugmentationOptions checked = checked_options("augment", options);
  check_order("zoom_min", options.zoom_min, "zoom_max", options.zoom_max);
  check_order("brightness_min", options.brightness_min, "brightness_max", options.brightness_max);
  check_order("erase_min_area", options.erase_min_area, "erase_max_area", options.erase_max_area);
  if (options.flip && options.alternating_flip) {
    throw OptionError("alternating_flip",
                      "[augment] flip and alternating_flip exclude each other; expected only one");
  }
  return checked;
}

}  // namespace convlab
