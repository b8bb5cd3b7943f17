#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/image_decoder.h"
#include "explain/image_map.h"

/// Pictures of explanations, filters and feature maps, for the files of convlab explain.
namespace convlab {

/// The longest side of a picture in pixels.
inline constexpr int64_t max_picture_side = 4096;

/// A picture [height, width, 3]: red, green, blue.
using Picture = DecodedImage;

/// Returns the value below which the fraction `part` of the values lies, but not less than 0: of
/// part 1 the largest. Gradients have few values far above the others, so they are shown up to the
/// 99th percentile, as Smilkov et al. 2017 do.
float upper_value(const ImageMap& map, double part);

/// Returns a map in the colours of heat_color, from 0 to `high`, enlarged by a whole number.
/// Throws Error for a map of more than max_picture_side pixels.
Picture heat_picture(const ImageMap& map, float high);

/// Returns a map interpolated linearly between the centres of its regions, [height, width].
std::vector<float> resized_map(const ImageMap& map, int64_t height, int64_t width);

/// Returns an image with a map over it, which is interpolated to its size: 60 % heat_color from 0
/// to `high`, 40 % image. Small images are enlarged by a whole number.
Picture overlay_picture(const ImageMap& map, float high, const ImageView& image);

/// Images of equal size that are shown in a grid: filters, feature maps.
struct Tiles {
  int64_t count = 0;
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 1;       ///< 3: shown as red, green and blue around grey; otherwise 1
  std::vector<float> values;  ///< [count, height, width, channels]
  int64_t columns = 0;        ///< of the grid; 0: as many as rows
};

/// How the values of tiles become colours.
enum class TileColors : uint8_t {
  from_zero,   ///< heat_color from 0 to `high`
  around_zero  ///< signed_color from -`high` to `high`, or red, green and blue
};

/// The largest absolute value; 1 if all are 0.
float largest(std::span<const float> values);

/// Returns the first `max_tiles` tiles in a grid, fewer if it would be larger than
/// max_picture_side. Throws Error for tiles that are larger than that.
Picture tile_picture(const Tiles& tiles, TileColors colors, float high);
/// The number of tiles in that picture.
int64_t shown_tiles(const Tiles& tiles);
inline constexpr int64_t max_tiles = 256;

/// Returns filters [count, height, width, channels] as tiles: one for each filter if there are 1 or
/// 3 channels, otherwise a row of tiles for each filter, one for each channel, of the first 16 of
/// each.
Tiles filter_tiles(int64_t count, int64_t height, int64_t width, int64_t channels,
                   std::span<const float> weights);
/// Returns an output (height, width, channels) or (units) as tiles, one for each channel.
Tiles feature_tiles(int64_t height, int64_t width, int64_t channels, std::span<const float> values);

/// Returns a row of tiles for each of these channels: patch, kernel and products [height, width,
/// channels] of a convolution's window, each divided by its largest absolute value.
Tiles arithmetic_tiles(int64_t height, int64_t width, int64_t channels,
                       std::span<const float> patch, std::span<const float> kernel,
                       std::span<const double> products, std::span<const int64_t> shown);

}  // namespace convlab
