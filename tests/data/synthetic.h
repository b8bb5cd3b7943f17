#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/random.h"
#include "data/memory_dataset.h"

namespace convlab {

/// Positions (y, x) of the three bright spots of class `label`, in 1/256 of the image size.
inline std::vector<std::pair<int64_t, int64_t>> synthetic_spots(int64_t label) {
  Random random(20241, static_cast<uint64_t>(label));
  std::vector<std::pair<int64_t, int64_t>> spots(3);
  for (auto& [y, x] : spots) {
    y = 48 + random.below(160);
    x = 48 + random.below(160);
  }
  return spots;
}

/// Returns `size` images whose labels cycle through the classes: three round spots at the positions
/// of the class, shifted by up to 1/14 of the image size, plus noise of up to a quarter of the
/// pixel range. Computed in integers, so identical on every platform.
inline std::shared_ptr<const MemoryDataset> make_synthetic_split(int64_t size, Shape image,
                                                                 int64_t classes, uint64_t part) {
  std::vector<std::string> names;
  for (int64_t label = 0; label < classes; ++label)
    names.push_back("class " + std::to_string(label));
  auto dataset = std::make_shared<MemoryDataset>("synthetic", image, std::move(names), size);
  const int64_t height = image[0];
  const int64_t width = image[1];
  const int64_t radius = std::max<int64_t>(std::min(height, width) / 6, 1);
  std::vector<uint8_t> pixels(static_cast<size_t>(image.elements()));
  for (int64_t index = 0; index < size; ++index) {
    const auto label = static_cast<uint8_t>(index % classes);
    Random random(part, static_cast<uint64_t>(index));
    const auto spots = synthetic_spots(label);
    const auto move = [&random](int64_t dim) {
      const int64_t max = dim / 14;
      return int64_t{random.below(static_cast<uint32_t>(2 * max + 1))} - max;
    };
    const int64_t move_y = move(height);
    const int64_t move_x = move(width);
    size_t at = 0;
    for (int64_t y = 0; y < height; ++y) {
      for (int64_t x = 0; x < width; ++x) {
        int64_t light = 0;
        for (const auto& [spot_y, spot_x] : spots) {
          const int64_t dy = y - move_y - spot_y * height / 256;
          const int64_t dx = x - move_x - spot_x * width / 256;
          light = std::max(light, 190 - 190 * (dy * dy + dx * dx) / (radius * radius + 1));
        }
        for (int64_t channel = 0; channel < image[2]; ++channel) {
          pixels[at++] = static_cast<uint8_t>(light + random.below(64));
        }
      }
    }
    dataset->append(pixels, {&label, 1}, "synthetic");
  }
  return dataset;
}

/// Returns a data set that a network learns within seconds, for tests that train. `image` is
/// (height, width, channels).
inline DatasetSplits make_synthetic(int64_t train, int64_t test, Shape image, int64_t classes) {
  return {.train = make_synthetic_split(train, image, classes, 1),
          .test = make_synthetic_split(test, image, classes, 2)};
}

/// Returns the pixels of image `index`.
inline std::vector<uint8_t> pixels_of(const Dataset& dataset, int64_t index) {
  std::vector<uint8_t> pixels(static_cast<size_t>(dataset.image_shape().elements()));
  ImageReader().read(dataset, index, pixels);
  return pixels;
}

}  // namespace convlab
