#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace convlab {

/// A size in which images are stored, and how many have it.
struct StoredSize {
  int64_t height = 0;
  int64_t width = 0;
  int64_t images = 0;
};

/// An image that cannot be read or decoded.
struct UnreadableImage {
  int64_t index = 0;
  std::string reason;
};

/// An image with the same pixels as another one, which is the first of them in its part.
struct DuplicateImage {
  int64_t index = 0;
  int64_t original = 0;  ///< index of the other image, among the training images
};

/// What is known about one part of a data set.
struct PartInspection {
  std::vector<int64_t> images_per_class;    ///< [classes]; unreadable ones count
  std::vector<UnreadableImage> unreadable;  ///< in the order of their indices
  /// Images that equal a training image; of the training images themselves an earlier one.
  std::vector<DuplicateImage> duplicates;
};

/// What there is to know about the images of a data set before training on it.
struct Inspection {
  PartInspection train;
  PartInspection test;
  // Of the readable images of both parts, as they are stored:
  std::vector<StoredSize> sizes;  ///< from the smallest area to the largest
  int64_t grey = 0;               ///< images with one channel
  int64_t color = 0;
  uint8_t min = 255;  ///< the smallest value of any pixel
  uint8_t max = 0;
  // Of the readable training images in the shape of the data set, as a network would be given them;
  // empty if there are none:
  std::vector<double> mean;         ///< [channels], 0 to 1
  std::vector<double> deviation;    ///< [channels], of the population
  std::vector<uint8_t> mean_image;  ///< [height, width, channels]
};

/// Reports how many of all images have been read.
using InspectionProgress = std::function<void(int64_t images, int64_t total)>;

/// Reads each image of both parts once, decoding on `workers` threads, or on this one with 0, and
/// keeps a hash of each: equal images are those with equal hashes of 64 bits. The result does not
/// depend on the number of threads. Throws Error if images have not arrived.
Inspection inspect(const DatasetSplits& splits, int64_t workers,
                   const InspectionProgress& progress = {});

/// Returns how many times as many images the largest class has as the smallest that has any; 1 if
/// none has.
double class_imbalance(const std::vector<int64_t>& images_per_class);

}  // namespace convlab
