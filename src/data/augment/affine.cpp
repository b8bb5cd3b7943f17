#include "data/augment/affine.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/augment/byte_table.h"

namespace convlab {

namespace {

struct SineCosine {
  double sine, cosine;
};

/// Taylor series for up to 45° from a multiple of 90°: std::sin and std::cos are not exact there,
/// and differ between platforms in the last bit.
SineCosine of_degrees(double degrees) {
  const double quarters = std::floor(degrees / 90 + 0.5);
  const double angle = (degrees - 90 * quarters) * (std::numbers::pi / 180);
  const double square = angle * angle;
  double sine = 1;
  double cosine = 1;
  for (int i = 8; i > 0; --i) {
    sine = 1 - square / (2 * i * (2 * i + 1)) * sine;
    cosine = 1 - square / (2 * i * (2 * i - 1)) * cosine;
  }
  sine *= angle;
  switch (static_cast<int64_t>(quarters) & 3) {
    case 0:
      return {sine, cosine};
    case 1:
      return {cosine, -sine};
    case 2:
      return {-sine, -cosine};
    default:
      return {-cosine, sine};
  }
}

Affine multiplied(const Affine& a, const Affine& b) {
  return {.xx = a.xx * b.xx + a.xy * b.yx,
          .xy = a.xx * b.xy + a.xy * b.yy,
          .x0 = a.xx * b.x0 + a.xy * b.y0 + a.x0,
          .yx = a.yx * b.xx + a.yy * b.yx,
          .yy = a.yx * b.xy + a.yy * b.yy,
          .y0 = a.yx * b.x0 + a.yy * b.y0 + a.y0};
}

/// Maps a coordinate to one in 0 to `length` - 1 with the same value, as scipy's NI_EXTEND_* do.
double inside(double at, int64_t length, FillMode mode) {
  const auto last = static_cast<double>(length - 1);
  if (mode == FillMode::reflect) {
    const auto period = 2 * static_cast<double>(length);
    at += 0.5;
    at -= std::floor(at / period) * period;
    at = std::min(at, period - at) - 0.5;
  } else if (mode == FillMode::wrap && last > 0) {
    if (at < 0) {
      at += last * (std::floor(-at / last) + 1);
    } else if (at > last) {
      at -= last * std::floor(at / last);
    }
  }
  return std::clamp(at, 0.0, last);
}

/// Interpolates between four neighbours. The compiler knows the number of channels if `count` is
/// positive.
template <int64_t count>
class Warp {
 public:
  Warp(std::span<const uint8_t> from, const Shape& image, const Affine& affine, Fill fill,
       std::span<uint8_t> to)
      : from_(from.data()),
        to_(to.data()),
        height_(image[0]),
        width_(image[1]),
        channels_(count > 0 ? count : image[2]),
        affine_(affine),
        fill_(fill) {}

  void run() {
    for (int64_t y = 0; y < height_; ++y) {
      x0_ = affine_.xy * static_cast<double>(y) + affine_.x0;
      y0_ = affine_.yy * static_cast<double>(y) + affine_.y0;
      int64_t first = 0;
      int64_t end = width_;
      narrow(affine_.xx, x0_, width_, first, end);
      narrow(affine_.yx, y0_, height_, first, end);
      end = std::max(first, end);
      for (int64_t x = 0; x < first; ++x) at_edge(x);
      for (int64_t x = first; x < end; ++x) {
        interpolate(x_of(x), y_of(x), channels(), width_ * channels());
      }
      for (int64_t x = end; x < width_; ++x) at_edge(x);
    }
  }

 private:
  int64_t channels() const { return count > 0 ? count : channels_; }
  double x_of(int64_t x) const { return affine_.xx * static_cast<double>(x) + x0_; }
  double y_of(int64_t x) const { return affine_.yx * static_cast<double>(x) + y0_; }

  /// Narrows a range of x to where 0 <= slope x + start < length - 1, so that both neighbours
  /// exist. The sum is monotonic in x even with its rounding, so only the ends need a check.
  static void narrow(double slope, double start, int64_t length, int64_t& first, int64_t& end) {
    const auto last = static_cast<double>(length - 1);
    const auto holds = [&](int64_t x) {
      const double at = slope * static_cast<double>(x) + start;
      return at >= 0 && at < last;
    };
    if (slope != 0) {
      const double a = -start / slope;
      const double b = (last - start) / slope;
      const auto limit = static_cast<double>(end);
      first =
          std::max(first, static_cast<int64_t>(std::clamp(std::floor(std::min(a, b)), 0.0, limit)));
      end = std::min(end,
                     static_cast<int64_t>(std::clamp(std::ceil(std::max(a, b)) + 1, 0.0, limit)));
    }
    while (first < end && !holds(first)) ++first;
    while (first < end && !holds(end - 1)) --end;
  }

  void at_edge(int64_t x) {
    const double at_x = x_of(x);
    const double at_y = y_of(x);
    const auto last_x = static_cast<double>(width_ - 1);
    const auto last_y = static_cast<double>(height_ - 1);
    if (fill_.mode == FillMode::constant &&
        !(at_x >= 0 && at_x <= last_x && at_y >= 0 && at_y <= last_y)) {
      to_ = std::fill_n(to_, channels(), fill_.value);
      return;
    }
    const double in_x = inside(at_x, width_, fill_.mode);
    const double in_y = inside(at_y, height_, fill_.mode);
    // At the last pixel the next one has no weight.
    interpolate(in_x, in_y, in_x < last_x ? channels() : 0,
                in_y < last_y ? width_ * channels() : 0);
  }

  /// `right` and `below` lead to the neighbours.
  void interpolate(double at_x, double at_y, int64_t right, int64_t below) {
    const auto x = static_cast<int64_t>(at_x);
    const auto y = static_cast<int64_t>(at_y);
    const auto x_weight = static_cast<float>(at_x - static_cast<double>(x));
    const auto y_weight = static_cast<float>(at_y - static_cast<double>(y));
    const uint8_t* pixel = from_ + (y * width_ + x) * channels();
    for (int64_t c = 0; c < channels(); ++c, ++pixel) {
      const float upper = mixed(pixel[0], pixel[right], x_weight);
      const float lower = mixed(pixel[below], pixel[below + right], x_weight);
      *to_++ = to_byte(upper + y_weight * (lower - upper));
    }
  }

  static float mixed(uint8_t a, uint8_t b, float weight) {
    return static_cast<float>(a) + weight * static_cast<float>(b - a);
  }

  const uint8_t* from_;
  uint8_t* to_;
  int64_t height_, width_, channels_;
  Affine affine_;
  Fill fill_;
  double x0_ = 0, y0_ = 0;  // the place in `from_` of the first pixel of the row
};

}  // namespace

Affine about_center(const Affine& matrix, const Shape& image) {
  const double x = static_cast<double>(image[1] - 1) / 2;
  const double y = static_cast<double>(image[0] - 1) / 2;
  return multiplied(multiplied({.x0 = x, .y0 = y}, matrix), {.x0 = -x, .y0 = -y});
}

Affine combined_affine(const AffineParameters& parameters, const Shape& image) {
  const auto [sine, cosine] = of_degrees(parameters.rotation);
  const auto [shear_sine, shear_cosine] = of_degrees(parameters.shear);
  Affine matrix{.xx = cosine, .xy = -sine, .yx = sine, .yy = cosine};
  matrix = multiplied(matrix, {.x0 = parameters.x_shift, .y0 = parameters.y_shift});
  matrix = multiplied(matrix, {.xy = -shear_sine, .yy = shear_cosine});
  matrix = multiplied(matrix, {.xx = parameters.x_zoom, .yy = parameters.y_zoom});
  return about_center(matrix, image);
}

void warp_affine(std::span<const uint8_t> from, const Shape& image, const Affine& affine, Fill fill,
                 std::span<uint8_t> to) {
  switch (image[2]) {
    case 1:
      return Warp<1>(from, image, affine, fill, to).run();
    case 3:
      return Warp<3>(from, image, affine, fill, to).run();
    default:
      return Warp<0>(from, image, affine, fill, to).run();
  }
}

}  // namespace convlab
