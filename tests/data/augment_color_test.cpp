// Colours and tones against Pillow 13 (ImageEnhance, ImageOps) and Python's colorsys, on
// uneven_bytes as an image of 5×4 pixels.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "data/augment/color.h"
#include "data/augment/tone.h"
#include "data/augment_pixels.h"

namespace convlab {
namespace {

const Shape image{5, 4, 3};

template <class Change>
Bytes changed(Bytes pixels, const Change& change) {
  change(std::span<uint8_t>(pixels));
  return pixels;
}

template <class Change>
Bytes changed(const Change& change) {
  return changed(uneven_bytes(60), change);
}

// Pillow cuts off fractions.
constexpr double cut_off = 1;

TEST_CASE("augment, brightness: factor times value") {
  CHECK(changed({0, 1, 100, 200}, [](auto p) { adjust_brightness(p, 1.5); }) ==
        Bytes{0, 2, 150, 255});
  CHECK(changed({0, 1, 255}, [](auto p) { adjust_brightness(p, 0); }) == Bytes{0, 0, 0});
}

TEST_CASE("augment, contrast: from the mean grey, as Pillow") {
  check_near(changed([](auto p) { adjust_contrast(p, 3, 0.4); }),
             {78,  102, 132, 167, 105, 152, 101, 159, 120, 86,  161, 138, 121, 110, 105,
              105, 110, 121, 138, 161, 86,  120, 159, 101, 152, 105, 167, 132, 102, 78,
              162, 149, 142, 141, 145, 154, 169, 88,  114, 146, 81,  125, 173, 125, 83,
              149, 117, 92,  174, 160, 151, 148, 150, 158, 172, 89,  113, 144, 180, 119},
             cut_off);
  // One channel: the mean of 10, 20, 30 and 60 is 30.
  CHECK(changed({10, 20, 30, 60}, [](auto p) { adjust_contrast(p, 1, 0.5); }) ==
        Bytes{20, 25, 30, 45});
  // 30.5 is rounded to 31.
  CHECK(changed({10, 20, 30, 62}, [](auto p) { adjust_contrast(p, 1, 0.5); }) ==
        Bytes{21, 26, 31, 47});
  CHECK(changed({10, 20, 30, 60}, [](auto p) { adjust_contrast(p, 1, 2); }) ==
        Bytes{0, 10, 30, 90});
}

TEST_CASE("augment, saturation: from the grey of each pixel, as Pillow") {
  check_near(changed([](auto p) { adjust_saturation(p, 3, 0.4); }),
             {30,  54,  83,  165, 103, 149, 112, 169, 130, 94,  168, 146, 95,  84,  78,
              73,  79,  90,  160, 183, 108, 135, 174, 116, 145, 99,  160, 98,  69,  45,
              195, 182, 175, 162, 166, 175, 147, 65,  91,  109, 44,  87,  180, 132, 90,
              138, 107, 82,  223, 208, 200, 177, 180, 188, 150, 67,  92,  191, 227, 166},
             cut_off);
  check_near(changed([](auto p) { adjust_saturation(p, 3, 1.7); }),
             {0,   67,  192, 255, 26,  223, 0,   239, 73,  0,   249, 154, 122, 75,  51,
              56,  80,  128, 137, 232, 0,   67,  234, 0,   228, 31,  255, 175, 49,  0,
              226, 172, 141, 149, 166, 206, 255, 0,   87,  240, 0,   148, 255, 101, 0,
              219, 86,  0,   255, 198, 161, 169, 180, 214, 255, 0,   83,  131, 255, 26},
             cut_off);
}

TEST_CASE("augment, hue: turned in HSV") {
  check_near(changed([](auto p) { adjust_hue(p, 3, 0.3); }),
             {134, 0,   87,  215, 222, 68,  75,  58,  202, 113, 20,  206, 66,  108, 72,
              108, 66,  88,  20,  187, 206, 58,  133, 202, 222, 153, 68,  0,   134, 33,
              160, 210, 168, 190, 156, 173, 131, 228, 24,  148, 170, 8,   12,  238, 73,
              34,  176, 70,  182, 240, 192, 200, 174, 185, 130, 234, 26,  102, 194, 254},
             0.51);
  // A third of a turn leads from red to green to blue, both ways.
  CHECK(changed({255, 10, 10}, [](auto p) { adjust_hue(p, 3, 1.0 / 3); }) == Bytes{10, 255, 10});
  CHECK(changed({255, 10, 10}, [](auto p) { adjust_hue(p, 3, -1.0 / 3); }) == Bytes{10, 10, 255});
  CHECK(changed([](auto p) { adjust_hue(p, 3, 0); }) == uneven_bytes(60));
  CHECK(changed([](auto p) { adjust_hue(p, 3, 1); }) == uneven_bytes(60));
  CHECK(changed([](auto p) { adjust_hue(p, 3, -1); }) == uneven_bytes(60));
}

TEST_CASE("augment, channel shift: all values by the same number, within the extremes") {
  CHECK(changed({20, 100, 200}, [](auto p) { shift_channels(p, 30); }) == Bytes{50, 130, 200});
  CHECK(changed({20, 100, 200}, [](auto p) { shift_channels(p, -30); }) == Bytes{20, 70, 170});
}

TEST_CASE("augment, grey: the luma of Pillow's convert(\"L\")") {
  CHECK(changed({255, 0, 0, 0, 255, 0, 0, 0, 255}, [](auto p) { remove_color(p, 3); }) ==
        Bytes{76, 76, 76, 150, 150, 150, 29, 29, 29});
}

TEST_CASE("augment: colours of images without three channels stay") {
  for (const int64_t channels : {1, 2, 4}) {
    CHECK(changed([&](auto p) { adjust_saturation(p, channels, 2); }) == uneven_bytes(60));
    CHECK(changed([&](auto p) { adjust_hue(p, channels, 0.2); }) == uneven_bytes(60));
    CHECK(changed([&](auto p) { remove_color(p, channels); }) == uneven_bytes(60));
  }
}

TEST_CASE("augment, sharpness: from the smoothed image, as Pillow; the border stays") {
  Bytes copy(60);
  check_near(changed([&](auto p) { adjust_sharpness(p, image, 1.9, copy); }),
             {0,   60,  134, 222, 68,  184, 58,  202, 104, 20,  206, 150, 108, 80,  66,
              29,  60,  106, 166, 239, 0,   104, 202, 58,  184, 68,  222, 114, 40,  0,
              243, 211, 211, 156, 166, 190, 228, 24,  90,  150, 0,   114, 255, 116, 0,
              176, 98,  34,  240, 204, 182, 174, 180, 200, 234, 26,  88,  164, 254, 102},
             cut_off);
  check_near(changed([&](auto p) { adjust_sharpness(p, image, 0.1, copy); }),
             {0,   60,  134, 222, 68,  184, 58,  202, 104, 20,  206, 150, 108, 80,  66,
              102, 99,  109, 133, 172, 74,  104, 202, 58,  184, 68,  222, 153, 79,  54,
              176, 144, 108, 156, 166, 190, 228, 24,  90,  189, 62,  117, 204, 119, 66,
              176, 98,  34,  240, 204, 182, 174, 180, 200, 234, 26,  88,  164, 254, 102},
             cut_off);
}

TEST_CASE("augment, posterize and solarize") {
  CHECK(changed({0, 31, 32, 255}, [](auto p) { posterize(p, 3); }) == Bytes{0, 0, 32, 224});
  CHECK(changed({0, 127, 128, 255}, [](auto p) { posterize(p, 8); }) == Bytes{0, 127, 128, 255});
  CHECK(changed({0, 127, 128, 255}, [](auto p) { solarize(p, 128); }) == Bytes{0, 127, 127, 0});
  CHECK(changed({0, 255}, [](auto p) { solarize(p, 255); }) == Bytes{0, 0});
}

TEST_CASE("augment, contrast stretching: each channel to 0 to 255, as Pillow's autocontrast") {
  Bytes pale = uneven_bytes(60);
  for (uint8_t& value : pale) value = static_cast<uint8_t>(value / 2 + 20);
  check_near(changed(pale, [](auto p) { stretch_contrast(p, 3); }),
             {0,   53,  153, 235, 62,  211, 61,  201, 119, 21,  205, 172, 114, 74,  75,
              70,  74,  124, 159, 205, 22,  110, 201, 66,  195, 62,  255, 142, 53,  0,
              223, 176, 183, 165, 163, 218, 242, 16,  103, 180, 0,   133, 252, 114, 13,
              187, 93,  39,  255, 203, 209, 184, 178, 229, 248, 18,  101, 174, 255, 117},
             cut_off);
  CHECK(changed({9, 9}, [](auto p) { stretch_contrast(p, 1); }) == Bytes{9, 9});
}

TEST_CASE("augment, equalize: as Pillow") {
  Bytes dark = uneven_bytes(600);
  for (uint8_t& value : dark) value = static_cast<uint8_t>(value / 4);
  Bytes found = changed(dark, [](auto p) { equalize(p, 1); });
  found.resize(40);
  CHECK(found == Bytes{0,  69, 153, 255, 79,  216, 64,  234, 121, 24, 240, 173, 126, 92,
                       74, 74, 92,  126, 173, 240, 24,  121, 234, 64, 216, 79,  255, 153,
                       69, 0,  245, 206, 187, 182, 191, 221, 255, 29, 102, 196});
  CHECK(changed({9, 9}, [](auto p) { equalize(p, 1); }) == Bytes{9, 9});
}

}  // namespace
}  // namespace convlab
