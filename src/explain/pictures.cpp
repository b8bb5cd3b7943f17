#include "explain/pictures.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "explain/colors.h"

namespace convlab {

namespace {

/// Small pictures are enlarged to about this many pixels.
constexpr int64_t picture_side = 448;
constexpr int64_t tile_side = 48;
constexpr int64_t gap = 2;  // between tiles
constexpr uint8_t gap_level = 96;
constexpr float overlay_weight = 0.6F;

/// The whole number by which something of this size is enlarged.
int64_t factor(int64_t height, int64_t width, int64_t side) {
  return std::max<int64_t>(side / std::max(height, width), 1);
}

void check_size(int64_t height, int64_t width) {
  if (height < 1 || width < 1 || height > max_picture_side || width > max_picture_side) {
    fail("[picture] {} × {} pixels; expected sides of 1 to {}", width, height, max_picture_side);
  }
}

Picture make_picture(int64_t height, int64_t width,
                     const std::function<Color(int64_t y, int64_t x)>& color) {
  Picture picture{.height = height, .width = width, .channels = 3, .pixels = {}};
  picture.pixels.reserve(static_cast<size_t>(height * width * 3));
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      const Color rgb = color(y, x);
      picture.pixels.insert(picture.pixels.end(), rgb.begin(), rgb.end());
    }
  }
  return picture;
}

/// Where the centre of pixel `index` of `count` lies between the centres of `from` regions: the
/// first of two of them, and the weight of the second.
struct Place {
  int64_t first = 0;
  int64_t second = 0;
  float weight = 0;
};

Place place_of(int64_t index, int64_t count, int64_t from) {
  const double center =
      (static_cast<double>(index) + 0.5) * static_cast<double>(from) / static_cast<double>(count) -
      0.5;
  const double at = std::clamp(center, 0.0, static_cast<double>(from - 1));
  const auto first = static_cast<int64_t>(at);
  return {first, std::min(first + 1, from - 1),
          static_cast<float>(at - static_cast<double>(first))};
}

float interpolated(const ImageMap& map, const Place& row, const Place& column) {
  const auto at = [&](int64_t y, int64_t x) {
    return map.values[static_cast<size_t>(y * map.width + x)];
  };
  const auto across = [&](int64_t y) {
    const float left = at(y, column.first);
    return left + column.weight * (at(y, column.second) - left);
  };
  const float top = across(row.first);
  return top + row.weight * (across(row.second) - top);
}

float divisor(float high) { return high > 0 ? high : 1; }

}  // namespace

float upper_value(const ImageMap& map, double part) {
  if (map.values.empty()) return 0;
  std::vector<float> sorted = map.values;
  const auto last = static_cast<double>(sorted.size() - 1);
  const auto middle = sorted.begin() + static_cast<int64_t>(std::ceil(part * last));
  std::nth_element(sorted.begin(), middle, sorted.end());
  return std::max(*middle, 0.0F);
}

Picture heat_picture(const ImageMap& map, float high) {
  check_size(map.height, map.width);
  const int64_t scale = factor(map.height, map.width, picture_side);
  return make_picture(map.height * scale, map.width * scale, [&](int64_t y, int64_t x) {
    const int64_t at = y / scale * map.width + x / scale;
    return heat_color(map.values[static_cast<size_t>(at)] / divisor(high));
  });
}

std::vector<float> resized_map(const ImageMap& map, int64_t height, int64_t width) {
  std::vector<Place> columns;
  for (int64_t x = 0; x < width; ++x) columns.push_back(place_of(x, width, map.width));
  std::vector<float> values;
  values.reserve(static_cast<size_t>(height * width));
  for (int64_t y = 0; y < height; ++y) {
    const Place row = place_of(y, height, map.height);
    for (const Place& column : columns) values.push_back(interpolated(map, row, column));
  }
  return values;
}

Picture overlay_picture(const ImageMap& map, float high, const ImageView& image) {
  check_size(image.height, image.width);
  const int64_t scale = factor(image.height, image.width, picture_side);
  const int64_t height = image.height * scale;
  const int64_t width = image.width * scale;
  const std::vector<float> values = resized_map(map, height, width);
  return make_picture(height, width, [&](int64_t y, int64_t x) {
    const Color heat = heat_color(values[static_cast<size_t>(y * width + x)] / divisor(high));
    const int64_t pixel = (y / scale * image.width + x / scale) * image.channels;
    Color color{};
    for (size_t c = 0; c < color.size(); ++c) {
      const size_t channel = image.channels == 3 ? c : 0;
      const auto level = static_cast<float>(image.pixels[static_cast<size_t>(pixel) + channel]);
      color[c] = static_cast<uint8_t>(
          std::lround(level + overlay_weight * (static_cast<float>(heat[c]) - level)));
    }
    return color;
  });
}

float largest(std::span<const float> values) {
  float max = 0;
  for (const float value : values) {
    if (std::isfinite(value)) max = std::max(max, std::abs(value));
  }
  return divisor(max);
}

namespace {

struct Grid {
  int64_t scale = 1;  // by which a tile is enlarged
  int64_t columns = 0;
  int64_t rows = 0;
};

Grid grid_of(const Tiles& tiles) {
  Grid grid{.scale = factor(tiles.height, tiles.width, tile_side)};
  check_size(tiles.height * grid.scale, tiles.width * grid.scale);
  const int64_t count = std::min(tiles.count, max_tiles);
  const auto fit = [&](int64_t side) {
    return (max_picture_side + gap) / (side * grid.scale + gap);
  };
  const auto side = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  grid.columns = std::min(tiles.columns > 0 ? tiles.columns : side, fit(tiles.width));
  grid.rows = std::min((count + grid.columns - 1) / grid.columns, fit(tiles.height));
  return grid;
}

Color tile_color(const Tiles& tiles, TileColors colors, float high, int64_t pixel) {
  const auto at = [&](int64_t channel) {
    return tiles.values[static_cast<size_t>(pixel * tiles.channels + channel)] / divisor(high);
  };
  if (tiles.channels != 3)
    return colors == TileColors::from_zero ? heat_color(at(0)) : signed_color(at(0));
  const auto level = [&](int64_t channel) {
    return static_cast<uint8_t>(std::lround(127.5F * (1 + std::clamp(at(channel), -1.0F, 1.0F))));
  };
  return {level(0), level(1), level(2)};
}

}  // namespace

int64_t shown_tiles(const Tiles& tiles) {
  const Grid grid = grid_of(tiles);
  return std::min({tiles.count, max_tiles, grid.rows * grid.columns});
}

Picture tile_picture(const Tiles& tiles, TileColors colors, float high) {
  const Grid grid = grid_of(tiles);
  const int64_t shown = shown_tiles(tiles);
  const int64_t row_height = tiles.height * grid.scale + gap;
  const int64_t column_width = tiles.width * grid.scale + gap;
  const Color between{gap_level, gap_level, gap_level};
  return make_picture(
      grid.rows * row_height - gap, grid.columns * column_width - gap, [&](int64_t y, int64_t x) {
        const int64_t tile = y / row_height * grid.columns + x / column_width;
        const int64_t row = y % row_height / grid.scale;
        const int64_t column = x % column_width / grid.scale;
        if (tile >= shown || row >= tiles.height || column >= tiles.width) return between;
        return tile_color(tiles, colors, high, (tile * tiles.height + row) * tiles.width + column);
      });
}

}  // namespace convlab
