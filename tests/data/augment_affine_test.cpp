#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <numbers>

#include "data/augment/affine.h"
#include "data/augment_pixels.h"

namespace convlab {
namespace {

Bytes warped(const Bytes& pixels, const Shape& image, const Affine& affine, Fill fill = {}) {
  Bytes out(pixels.size());
  warp_affine(pixels, image, affine, fill, out);
  return out;
}

TEST_CASE("augment, affine: the identity changes nothing") {
  for (const Shape& image : {Shape{1, 1, 1}, Shape{1, 9, 3}, Shape{9, 1, 3}, Shape{4, 5, 2}}) {
    const Bytes pixels = uneven_bytes(static_cast<int>(image.elements()));
    for (const FillMode mode :
         {FillMode::constant, FillMode::nearest, FillMode::reflect, FillMode::wrap}) {
      CHECK(warped(pixels, image, combined_affine({}, image), {mode, 9}) == pixels);
    }
  }
}

struct ShiftCase {
  FillMode mode;
  double shift;
  Bytes expected;
};

TEST_CASE("augment, affine: a shift takes what is outside from each fill mode") {
  // Made with scipy.ndimage.affine_transform(…, order=1, cval=7).
  const std::vector<ShiftCase> cases{
      {FillMode::constant, 2, {30, 40, 7, 7}},    {FillMode::constant, -6, {7, 7, 7, 7}},
      {FillMode::constant, 0.5, {15, 25, 35, 7}}, {FillMode::nearest, 2, {30, 40, 40, 40}},
      {FillMode::nearest, -6, {10, 10, 10, 10}},  {FillMode::nearest, 0.5, {15, 25, 35, 40}},
      {FillMode::reflect, 2, {30, 40, 40, 30}},   {FillMode::reflect, -6, {30, 40, 40, 30}},
      {FillMode::reflect, 0.5, {15, 25, 35, 40}}, {FillMode::wrap, 2, {30, 40, 20, 30}},
      {FillMode::wrap, -6, {40, 20, 30, 40}},     {FillMode::wrap, 0.5, {15, 25, 35, 15}}};
  const Bytes line{10, 20, 30, 40};
  for (const ShiftCase& test : cases) {
    INFO("mode " << static_cast<int>(test.mode) << ", shift " << test.shift);
    const Shape row{1, 4, 1};
    CHECK(warped(line, row, combined_affine({.x_shift = test.shift}, row), {test.mode, 7}) ==
          test.expected);
    const Shape column{4, 1, 1};
    CHECK(warped(line, column, combined_affine({.y_shift = test.shift}, column), {test.mode, 7}) ==
          test.expected);
  }
}

TEST_CASE("augment, affine: rotations of a square by 90 degrees are exact") {
  const Shape image{2, 2, 3};
  const Bytes pixels{1, 2, 3, 10, 20, 30, 100, 101, 102, 200, 201, 202};
  const Fill fill{FillMode::constant, 77};  // would show if a corner were outside by 1e-16
  CHECK(warped(pixels, image, combined_affine({.rotation = 90}, image), fill) ==
        Bytes{10, 20, 30, 200, 201, 202, 1, 2, 3, 100, 101, 102});
  CHECK(warped(pixels, image, combined_affine({.rotation = -90}, image), fill) ==
        Bytes{100, 101, 102, 1, 2, 3, 200, 201, 202, 10, 20, 30});
  CHECK(warped(pixels, image, combined_affine({.rotation = 180}, image), fill) ==
        Bytes{200, 201, 202, 100, 101, 102, 10, 20, 30, 1, 2, 3});
  CHECK(warped(pixels, image, combined_affine({.rotation = 360}, image), fill) == pixels);
  const Shape large{31, 31, 1};
  Bytes turned = uneven_bytes(31 * 31);
  for (int i = 0; i < 4; ++i)
    turned = warped(turned, large, combined_affine({.rotation = 90}, large), fill);
  CHECK(turned == uneven_bytes(31 * 31));
}

TEST_CASE("augment, affine: sines and cosines are exact to the last digits") {
  for (int i = -450; i <= 450; i += 7) {
    const double angle = i * 0.8 * std::numbers::pi / 180;
    const Affine turned = combined_affine({.rotation = i * 0.8}, {5, 5, 1});
    CHECK(std::abs(turned.xx - std::cos(angle)) < 2e-15);
    CHECK(std::abs(turned.yx - std::sin(angle)) < 2e-15);
  }
}

struct AffineCase {
  Shape image;
  AffineParameters parameters;
  FillMode mode;
  std::vector<double> expected;
};

// Made with the steps of Keras' apply_affine_transform in NumPy 2.4 (the product of the rotation,
// shift, shear and zoom matrices about the centre, x and y exchanged) and SciPy 1.17's
// ndimage.affine_transform(…, order=1, cval=77) of uneven_bytes as float64.
const std::vector<AffineCase> keras_cases{
    {{5, 7, 1},
     {-118.6, 1.7, -2.3, 21.9, 0.71, 1.43},
     FillMode::constant,
     {77.00, 77.00, 77.00,  77.00,  77.00, 77.00,  77.00,  77.00,  77.00,  77.00,  77.00, 77.00,
      77.00, 77.00, 110.07, 169.45, 86.32, 112.85, 77.00,  77.00,  77.00,  151.94, 90.33, 78.30,
      63.31, 82.34, 65.87,  77.00,  84.86, 119.88, 129.10, 178.86, 161.09, 160.53, 77.00}},
    {{5, 7, 1},
     {-118.6, 1.7, -2.3, 21.9, 0.71, 1.43},
     FillMode::nearest,
     {68.26,  95.69, 87.49,  73.87,  158.65, 140.46, 14.54,  75.60,  103.03, 81.15,  96.56, 181.34,
      106.76, 0.00,  110.07, 169.45, 86.32,  112.85, 198.98, 73.06,  0.00,   151.94, 90.33, 78.30,
      63.31,  82.34, 65.87,  34.05,  84.86,  119.88, 129.10, 178.86, 161.09, 160.53, 133.09}},
    {{5, 7, 1},
     {-118.6, 1.7, -2.3, 21.9, 0.71, 1.43},
     FillMode::reflect,
     {48.43, 163.44, 117.76, 73.81,  40.95, 109.90, 191.69, 75.60,  103.03, 81.15,  90.98, 132.04,
      84.83, 80.20,  110.07, 169.45, 86.32, 112.85, 198.98, 73.06,  0.00,   151.94, 90.33, 78.30,
      63.31, 82.34,  65.87,  34.05,  84.86, 119.88, 129.10, 178.86, 161.09, 160.53, 133.09}},
    {{5, 7, 1},
     {-118.6, 1.7, -2.3, 21.9, 0.71, 1.43},
     FillMode::wrap,
     {151.61, 86.13,  119.43, 125.53, 172.94, 155.70, 154.95, 160.44, 183.95,
      199.67, 175.37, 138.97, 113.51, 158.73, 110.07, 169.45, 86.32,  112.85,
      84.77,  112.40, 170.97, 151.94, 90.33,  78.30,  63.31,  82.34,  65.87,
      83.23,  84.86,  119.88, 129.10, 178.86, 161.09, 160.53, 119.51}},
    {{5, 7, 1},
     {9.2, -13.4, 8.7, -33.1, 2.6, 2.2},
     FillMode::constant,
     {77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00,
      77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00,
      77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00, 77.00}},
    {{5, 7, 1},
     {9.2, -13.4, 8.7, -33.1, 2.6, 2.2},
     FillMode::nearest,
     {96.26, 77.97, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00,
      60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00,
      60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00, 60.00}},
    {{5, 7, 1},
     {9.2, -13.4, 8.7, -33.1, 2.6, 2.2},
     FillMode::reflect,
     {139.63, 149.45, 1.93,   24.07, 175.02, 161.86, 169.82, 166.61, 159.03, 110.65, 105.99, 141.71,
      35.94,  154.70, 161.63, 54.61, 195.94, 125.09, 168.57, 122.83, 214.87, 156.25, 51.62,  46.11,
      184.90, 83.71,  141.84, 64.31, 114.18, 115.37, 76.56,  128.31, 120.79, 121.32, 72.37}},
    {{5, 7, 1},
     {9.2, -13.4, 8.7, -33.1, 2.6, 2.2},
     FillMode::wrap,
     {173.04, 168.97, 136.03, 132.13, 87.23,  158.33, 101.22, 157.89, 106.11,
      107.14, 142.65, 67.61,  162.26, 82.81,  169.87, 96.15,  98.43,  86.05,
      199.25, 98.22,  67.77,  93.52,  69.71,  189.02, 112.28, 93.85,  112.59,
      179.37, 123.53, 178.52, 107.80, 102.57, 123.19, 76.38,  148.08}},
    {{6, 6, 1},
     {37.3, 0, 0, 0, 1, 1},
     FillMode::nearest,
     {136.31, 206.31, 128.58, 170.44, 132.35, 106.69, 91.10,  126.29, 22.26,
      113.49, 100.84, 66.91,  123.09, 128.56, 66.79,  91.04,  200.04, 41.40,
      93.42,  81.32,  61.99,  89.97,  112.30, 99.04,  115.49, 156.00, 141.84,
      219.52, 155.32, 161.80, 148.90, 169.71, 129.86, 161.91, 159.29, 156.11}},
};

TEST_CASE("augment, affine: rotation, shift, shear and zoom at once equal Keras with SciPy") {
  for (const AffineCase& test : keras_cases) {
    INFO("mode " << static_cast<int>(test.mode) << ", image " << test.image.str());
    const Bytes pixels = uneven_bytes(static_cast<int>(test.image.elements()));
    const Affine affine = combined_affine(test.parameters, test.image);
    // SciPy's values have two decimals, ours are rounded to whole numbers.
    check_near(warped(pixels, test.image, affine, {test.mode, 77}), test.expected, 0.51);
  }
}

TEST_CASE("augment, affine: channels do not mix, however many there are") {
  const AffineCase& test = keras_cases.front();
  for (const int64_t channels : {2, 3, 5}) {
    const Shape image{test.image[0], test.image[1], channels};
    const auto step = static_cast<size_t>(channels);
    const Bytes plane = uneven_bytes(static_cast<int>(test.image.elements()));
    Bytes pixels(plane.size() * step, 200);
    for (size_t i = 0; i < plane.size(); ++i) pixels[i * step + 1] = plane[i];
    const Affine affine = combined_affine(test.parameters, image);
    const Bytes out = warped(pixels, image, affine, {FillMode::reflect, 0});
    const Bytes expected = warped(plane, test.image, affine, {FillMode::reflect, 0});
    for (size_t i = 0; i < plane.size(); ++i) {
      CHECK(out[i * step] == 200);
      CHECK(out[i * step + 1] == expected[i]);
    }
  }
}

}  // namespace
}  // namespace convlab
