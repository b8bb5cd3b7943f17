#include <algorithm>
#include <array>
#include <cmath>

#include "backend/host/host_backend.h"

namespace convlab {

namespace {

/// Calls visit(row of x, row of the padded image) for each row of pixels of the smaller image x.
template <class Visit>
void for_each_row(const Padding2d& padding, const Tensor& x, const Tensor& padded, Visit visit) {
  const int64_t row = x.shape[2] * x.shape[3];
  const int64_t padded_row = padded.shape[2] * padded.shape[3];
  for (int64_t n = 0; n < x.shape[0]; ++n) {
    for (int64_t y = 0; y < x.shape[1]; ++y) {
      visit(x.data() + (n * x.shape[1] + y) * row,
            padded.data() + (n * padded.shape[1] + y + padding.top) * padded_row +
                padding.left * x.shape[3]);
    }
  }
}

/// A pixel of the smaller image and its weight in a pixel of the larger one.
struct WeightedPixel {
  int64_t index;
  double weight;
};

std::array<WeightedPixel, 2> weighted_pixels(const UpSample2dDesc& desc, int64_t large,
                                             int64_t dim) {
  if (desc.interpolation == Interpolation::nearest)
    return {{{large / desc.size, 1}, {large / desc.size, 0}}};
  const double at = (static_cast<double>(large) + 0.5) / static_cast<double>(desc.size) - 0.5;
  const double before = std::floor(at);
  const auto inside = [dim](double index) {
    return std::clamp<int64_t>(static_cast<int64_t>(index), 0, dim - 1);
  };
  return {{{inside(before), 1 - (at - before)}, {inside(before + 1), at - before}}};
}

/// Calls visit(pixel of the small image, pixel of the large image, weight) for each pair with a
/// weight.
template <class Visit>
void for_each_weight(const UpSample2dDesc& desc, const Shape& small, const Shape& large,
                     Visit visit) {
  for (int64_t n = 0; n < large[0]; ++n) {
    for (int64_t row = 0; row < large[1]; ++row) {
      for (int64_t column = 0; column < large[2]; ++column) {
        for (const WeightedPixel& y : weighted_pixels(desc, row, small[1])) {
          for (const WeightedPixel& x : weighted_pixels(desc, column, small[2])) {
            visit((n * small[1] + y.index) * small[2] + x.index,
                  (n * large[1] + row) * large[2] + column,
                  static_cast<float>(y.weight * x.weight));
          }
        }
      }
    }
  }
}

}  // namespace

void HostBackend::pad2d(const Padding2d& padding, const Tensor& x, const Tensor& y) {
  HostBackend::fill(y, 0);
  const int64_t row = x.shape[2] * x.shape[3];
  for_each_row(padding, x, y, [row](const float* from, float* to) { std::copy_n(from, row, to); });
}

void HostBackend::crop2d(const Padding2d& padding, const Tensor& y, const Tensor& x) {
  const int64_t row = x.shape[2] * x.shape[3];
  for_each_row(padding, x, y, [row](float* to, const float* from) { std::copy_n(from, row, to); });
}

void HostBackend::up_sample2d(const UpSample2dDesc& desc, const Tensor& x, const Tensor& y) {
  const int64_t channels = x.shape[3];
  HostBackend::fill(y, 0);
  for_each_weight(desc, x.shape, y.shape, [&](int64_t from, int64_t to, float weight) {
    for (int64_t c = 0; c < channels; ++c)
      y.data()[to * channels + c] += weight * x.data()[from * channels + c];
  });
}

void HostBackend::up_sample2d_grad(const UpSample2dDesc& desc, const Tensor& dy, const Tensor& dx) {
  const int64_t channels = dx.shape[3];
  HostBackend::fill(dx, 0);
  for_each_weight(desc, dx.shape, dy.shape, [&](int64_t to, int64_t from, float weight) {
    for (int64_t c = 0; c < channels; ++c)
      dx.data()[to * channels + c] += weight * dy.data()[from * channels + c];
  });
}

}  // namespace convlab
