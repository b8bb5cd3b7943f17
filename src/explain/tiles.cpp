#include <algorithm>
#include <cmath>

#include "explain/pictures.h"

namespace convlab {

namespace {

/// The first filters and channels that are shown if each pair is a tile.
constexpr int64_t max_pairs_side = 16;

/// Appends channel `channel` of pixels [pixels, channels], divided by `divisor`.
template <class Number>
void append_channel(Tiles& tiles, std::span<const Number> pixels, int64_t channels, int64_t channel,
                    double divisor = 1) {
  for (auto at = static_cast<size_t>(channel); at < pixels.size();
       at += static_cast<size_t>(channels))
    tiles.values.push_back(static_cast<float>(static_cast<double>(pixels[at]) / divisor));
  ++tiles.count;
}

}  // namespace

Tiles filter_tiles(int64_t count, int64_t height, int64_t width, int64_t channels,
                   std::span<const float> weights) {
  if (channels == 1 || channels == 3) {
    return {.count = count,
            .height = height,
            .width = width,
            .channels = channels,
            .values = {weights.begin(), weights.end()}};
  }
  Tiles tiles{.height = height, .width = width, .values = {}};
  tiles.columns = std::min(channels, max_pairs_side);
  const auto elements = static_cast<size_t>(height * width * channels);
  for (int64_t filter = 0; filter < std::min(count, max_pairs_side); ++filter) {
    const auto one = weights.subspan(static_cast<size_t>(filter) * elements, elements);
    for (int64_t c = 0; c < tiles.columns; ++c) append_channel(tiles, one, channels, c);
  }
  return tiles;
}

Tiles feature_tiles(int64_t height, int64_t width, int64_t channels,
                    std::span<const float> values) {
  Tiles tiles{.height = height, .width = width, .values = {}};
  for (int64_t c = 0; c < channels; ++c) append_channel(tiles, values, channels, c);
  return tiles;
}

Tiles arithmetic_tiles(int64_t height, int64_t width, int64_t channels,
                       std::span<const float> patch, std::span<const float> kernel,
                       std::span<const double> products, std::span<const int64_t> shown) {
  double max_product = 0;
  for (const double product : products) max_product = std::max(max_product, std::abs(product));
  Tiles tiles{.height = height, .width = width, .values = {}, .columns = 3};
  for (const int64_t c : shown) {
    append_channel(tiles, patch, channels, c, largest(patch));
    append_channel(tiles, kernel, channels, c, largest(kernel));
    append_channel(tiles, products, channels, c, max_product > 0 ? max_product : 1);
  }
  return tiles;
}

}  // namespace convlab
