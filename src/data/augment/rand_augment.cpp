#include "data/augment/rand_augment.h"

#include <array>
#include <cmath>

#include "data/augment/color.h"
#include "data/augment/tone.h"

namespace convlab {

namespace {

/// The image that an operation changes.
struct Subject {
  std::span<uint8_t> pixels;
  const Shape& image;
  Fill fill;
  std::vector<uint8_t>& copy;

  int64_t channels() const { return image[2]; }

  void warp(const Affine& affine) const {
    copy.assign(pixels.begin(), pixels.end());
    warp_affine(copy, image, affine, fill, pixels);
  }
};

/// `level` is the magnitude, 0 to 1; the operations with a direction also get -1 to 0.
using Operation = void (*)(const Subject& subject, double level);

constexpr double max_shear = 0.3;
constexpr double max_shift = 150.0 / 331;  // of the side; AutoAugment's images had 331 pixels
constexpr double max_rotation = 30;
constexpr double max_factor = 0.9;

double whole_pixels(double level, int64_t side) {
  return static_cast<double>(static_cast<int64_t>(level * max_shift * static_cast<double>(side)));
}

struct Entry {
  bool directed;
  Operation apply;
};

constexpr std::array<Entry, 14> table{{
    {false, [](const Subject&, double) {}},
    {true, [](const Subject& s,
              double level) { s.warp(about_center({.xy = level * max_shear}, s.image)); }},
    {true, [](const Subject& s,
              double level) { s.warp(about_center({.yx = level * max_shear}, s.image)); }},
    {true, [](const Subject& s, double level) { s.warp({.x0 = whole_pixels(level, s.image[1])}); }},
    {true, [](const Subject& s, double level) { s.warp({.y0 = whole_pixels(level, s.image[0])}); }},
    {true,
     [](const Subject& s, double level) {
       s.warp(combined_affine({.rotation = level * max_rotation}, s.image));
     }},
    {true,
     [](const Subject& s, double level) { adjust_brightness(s.pixels, 1 + level * max_factor); }},
    {true, [](const Subject& s,
              double level) { adjust_saturation(s.pixels, s.channels(), 1 + level * max_factor); }},
    {true, [](const Subject& s,
              double level) { adjust_contrast(s.pixels, s.channels(), 1 + level * max_factor); }},
    {true,
     [](const Subject& s, double level) {
       s.copy.resize(s.pixels.size());
       adjust_sharpness(s.pixels, s.image, 1 + level * max_factor, s.copy);
     }},
    {false,
     [](const Subject& s, double level) {
       posterize(s.pixels, 8 - static_cast<int>(std::lround(level * 4)));
     }},
    {false, [](const Subject& s, double level) { solarize(s.pixels, 255 * (1 - level)); }},
    {false, [](const Subject& s, double) { stretch_contrast(s.pixels, s.channels()); }},
    {false, [](const Subject& s, double) { equalize(s.pixels, s.channels()); }},
}};

}  // namespace

void rand_augment(std::span<uint8_t> pixels, const Shape& image, int64_t operations,
                  int64_t magnitude, Fill fill, Random& random, std::vector<uint8_t>& copy) {
  constexpr double max_magnitude = 30;
  const double level = static_cast<double>(magnitude) / max_magnitude;
  const Subject subject{pixels, image, fill, copy};
  for (int64_t i = 0; i < operations; ++i) {
    const Entry& entry = table.at(random.below(table.size()));
    const bool negative = random.below(2) == 1;
    entry.apply(subject, entry.directed && negative ? -level : level);
  }
}

}  // namespace convlab
