#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/random.h"
#include "data/memory_dataset.h"

/// Images of one bright object at a random place on noise.
namespace convlab {

/// The pixels of an object: rows [top, top + side), columns [left, left + side).
struct ObjectBox {
  int64_t top = 0;
  int64_t left = 0;
  int64_t side = 0;

  bool contains(int64_t y, int64_t x) const {
    return y >= top && y < top + side && x >= left && x < left + side;
  }
};

inline constexpr int64_t object_image_side = 32;
inline constexpr int64_t object_classes = 3;

/// Where the object of image `index` is; it does not depend on its class, index % object_classes.
inline ObjectBox object_box(int64_t index) {
  Random random(77, static_cast<uint64_t>(index));
  const int64_t side = 10 + random.below(5);
  const auto places = static_cast<uint32_t>(object_image_side - side + 1);
  const int64_t top = random.below(places);
  return {.top = top, .left = random.below(places), .side = side};
}

/// Returns image `index`, [32, 32, 1]: horizontal stripes, vertical stripes, or a checkerboard.
inline std::vector<uint8_t> object_pixels(int64_t index) {
  const ObjectBox box = object_box(index);
  Random noise(78, static_cast<uint64_t>(index));
  std::vector<uint8_t> pixels;
  for (int64_t y = 0; y < object_image_side; ++y) {
    for (int64_t x = 0; x < object_image_side; ++x) {
      const int64_t phase = index % object_classes == 0   ? y
                            : index % object_classes == 1 ? x
                                                          : (y / 2 + x / 2) * 2;
      const uint32_t light = box.contains(y, x) && phase % 4 < 2 ? 180 : 0;
      pixels.push_back(static_cast<uint8_t>(light + noise.below(70)));
    }
  }
  return pixels;
}

/// Returns the images [first, first + count).
inline std::shared_ptr<const MemoryDataset> make_objects(int64_t first, int64_t count) {
  auto dataset =
      std::make_shared<MemoryDataset>("objects", Shape{object_image_side, object_image_side, 1},
                                      std::vector<std::string>{"rows", "columns", "checks"}, count);
  for (int64_t i = first; i < first + count; ++i) {
    const auto label = static_cast<uint8_t>(i % object_classes);
    dataset->append(object_pixels(i), {&label, 1}, "objects");
  }
  return dataset;
}

}  // namespace convlab
