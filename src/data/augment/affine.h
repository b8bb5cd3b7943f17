#pragma once

#include <cstdint>
#include <span>

#include "core/shape.h"
#include "data/augment/augmentation_options.h"

namespace convlab {

/// The place in an image, in pixels, from which the pixel (x, y) of its transform is taken:
/// (xx x + xy y + x0, yx x + yy y + y0).
struct Affine {
  double xx = 1, xy = 0, x0 = 0;
  double yx = 0, yy = 1, y0 = 0;
};

/// The arguments of Keras' apply_affine_transform.
struct AffineParameters {
  double rotation = 0;  ///< degrees
  double x_shift = 0;   ///< pixels by which the image moves to the left
  double y_shift = 0;   ///< pixels by which the image moves up
  double shear = 0;     ///< degrees
  double x_zoom = 1;    ///< length of the seen part, in widths of the image
  double y_zoom = 1;    ///< the same in heights
};

/// Combines rotation, shift, shear and zoom in this order into one transform about the centre of an
/// image, the point between its pixels. Equals Keras' apply_affine_transform for square images;
/// for others Keras exchanges height and width of the centre. Rotations by multiples of 90° are
/// exact, and the bits are the same on every platform.
Affine combined_affine(const AffineParameters& parameters, const Shape& image);

/// Returns the transform with the matrix [xx xy; yx yy] about the centre of an image.
Affine about_center(const Affine& matrix, const Shape& image);

/// What is outside an image.
struct Fill {
  FillMode mode = FillMode::nearest;
  uint8_t value = 0;  ///< with FillMode::constant
};

/// Computes the transform `to` of the image `from`, both [height, width, channels] of shape
/// `image`, by bilinear interpolation: scipy.ndimage.affine_transform of each channel with order=1,
/// rounded to the nearest byte.
void warp_affine(std::span<const uint8_t> from, const Shape& image, const Affine& affine, Fill fill,
                 std::span<uint8_t> to);

}  // namespace convlab
