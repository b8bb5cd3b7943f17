#include "data/resize.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/find_named.h"
#include "data/luma.h"

namespace convlab {

namespace {

/// The pixels of a row or column from which a new pixel is computed, and their weights.
struct Taps {
  int64_t first = 0;
  std::vector<float> weights;
};

std::vector<Taps> triangle_taps(int64_t from, int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double support = std::max(scale, 1.0);
  std::vector<Taps> all(static_cast<size_t>(to));
  for (int64_t i = 0; i < to; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    Taps& taps = all[static_cast<size_t>(i)];
    taps.first = std::max<int64_t>(std::llround(center - support), 0);
    const int64_t end = std::min<int64_t>(std::llround(center + support), from);
    std::vector<double> weights;
    double sum = 0;
    for (int64_t at = taps.first; at < end; ++at) {
      const double distance = std::abs(static_cast<double>(at) + 0.5 - center);
      weights.push_back(std::max(1 - distance / support, 0.0));
      sum += weights.back();
    }
    for (const double weight : weights) taps.weights.push_back(static_cast<float>(weight / sum));
  }
  return all;
}

/// [height, width, channels] to [height, taps.size(), channels].
std::vector<float> resize_rows(std::span<const uint8_t> pixels, const Shape& from,
                               const std::vector<Taps>& taps) {
  const int64_t channels = from[2];
  std::vector<float> out(static_cast<size_t>(from[0] * channels) * taps.size(), 0.0F);
  float* to = out.data();
  for (int64_t y = 0; y < from[0]; ++y) {
    const uint8_t* row = pixels.data() + y * from[1] * channels;
    for (const Taps& tap : taps) {
      const uint8_t* pixel = row + tap.first * channels;
      for (const float weight : tap.weights) {
        for (int64_t c = 0; c < channels; ++c) to[c] += weight * static_cast<float>(pixel[c]);
        pixel += channels;
      }
      to += channels;
    }
  }
  return out;
}

uint8_t rounded(float value) {
  return static_cast<uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F)));
}

/// Rows of `columns` numbers to taps.size() such rows.
std::vector<uint8_t> resize_columns(const std::vector<float>& rows, size_t columns,
                                    const std::vector<Taps>& taps) {
  std::vector<uint8_t> out(taps.size() * columns);
  std::vector<float> sums(columns);
  auto to = out.begin();
  for (const Taps& tap : taps) {
    std::fill(sums.begin(), sums.end(), 0.0F);
    const float* row = rows.data() + static_cast<size_t>(tap.first) * columns;
    for (const float weight : tap.weights) {
      for (size_t i = 0; i < columns; ++i) sums[i] += weight * row[i];
      row += columns;
    }
    to = std::transform(sums.begin(), sums.end(), to, rounded);
  }
  return out;
}

/// Returns the part of an image that is resized to `target`.
Window window_of(const ImageView& image, const Shape& target, ResizeMode mode) {
  Window window{.height = image.height, .width = image.width};
  const bool fits = image.height == target[0] && image.width == target[1];
  if (fits || mode == ResizeMode::stretch) return window;
  const int64_t height = std::max<int64_t>(image.width * target[0] / target[1], 1);
  const int64_t width = std::max<int64_t>(image.height * target[1] / target[0], 1);
  window.height = std::min(image.height, height);
  window.width = std::min(image.width, width);
  if (mode == ResizeMode::center) {
    window.height = std::max<int64_t>(window.height * 7 / 8, 1);
    window.width = std::max<int64_t>(window.width * 7 / 8, 1);
  }
  window.top = (image.height - window.height) / 2;
  window.left = (image.width - window.width) / 2;
  return window;
}

/// Returns the pixels of a window with `channels` channels.
std::vector<uint8_t> cut_out(const ImageView& image, const Window& window, int64_t channels) {
  std::vector<uint8_t> out(static_cast<size_t>(window.height * window.width * channels));
  uint8_t* to = out.data();
  for (int64_t y = window.top; y < window.top + window.height; ++y) {
    const uint8_t* pixel = image.pixels.data() + (y * image.width + window.left) * image.channels;
    for (int64_t x = 0; x < window.width; ++x, pixel += image.channels, to += channels) {
      if (channels == image.channels) {
        std::copy_n(pixel, channels, to);
      } else if (channels == 1) {
        *to = luma(pixel);
      } else {
        std::fill_n(to, channels, *pixel);
      }
    }
  }
  return out;
}

}  // namespace

ResizeMode find_resize_mode(std::string_view name) {
  return find_named("resize mode", name, resize_modes, &Choice<ResizeMode>::name).value;
}

std::vector<uint8_t> resize_image(std::span<const uint8_t> pixels, const Shape& from,
                                  int64_t height, int64_t width) {
  const std::vector<float> rows = resize_rows(pixels, from, triangle_taps(from[1], width));
  return resize_columns(rows, static_cast<size_t>(width * from[2]), triangle_taps(from[0], height));
}

std::vector<uint8_t> resize_window(const ImageView& image, const Window& window,
                                   const Shape& target) {
  return resize_image(cut_out(image, window, target[2]), {window.height, window.width, target[2]},
                      target[0], target[1]);
}

std::vector<uint8_t> fit_image(const ImageView& image, const Shape& target, ResizeMode mode) {
  if (target.rank() != 3 || target.elements() == 0 || (target[2] != 1 && target[2] != 3)) {
    fail(
        "[image] a picture cannot be fitted to the shape {}; expected (height, width, channels) "
        "with 1 or 3 channels",
        target);
  }
  return resize_window(image, window_of(image, target, mode), target);
}

void fit_image_into(const ImageView& image, const Shape& target, ResizeMode mode,
                    std::span<uint8_t> pixels) {
  if (Shape{image.height, image.width, image.channels} == target) {
    std::copy(image.pixels.begin(), image.pixels.end(), pixels.begin());
    return;
  }
  const std::vector<uint8_t> fitted = fit_image(image, target, mode);
  std::copy(fitted.begin(), fitted.end(), pixels.begin());
}

}  // namespace convlab
