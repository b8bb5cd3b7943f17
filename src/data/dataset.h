#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/shape.h"

namespace convlab {

/// Labelled images of one size, as bytes. Images can arrive later, in order: `size` is the final
/// number of images, `available` the number that has arrived.
class Dataset {
 public:
  /// Creates an empty data set for `size` images of shape `image` (height, width, channels).
  Dataset(std::string name, Shape image, std::vector<std::string> class_names, int64_t size);

  const std::string& name() const { return name_; }
  const Shape& image_shape() const { return image_; }
  int64_t classes() const { return static_cast<int64_t>(class_names_.size()); }
  const std::vector<std::string>& class_names() const { return class_names_; }
  int64_t size() const { return size_; }
  int64_t available() const { return static_cast<int64_t>(labels_.size()); }
  bool complete() const { return available() == size_; }
  /// A hash of all images and labels that have arrived, in their order.
  uint64_t fingerprint() const { return fingerprint_; }

  /// Returns the pixels of image `index`, in row-major order with channels last.
  std::span<const uint8_t> image(int64_t index) const;
  uint8_t label(int64_t index) const { return labels_[static_cast<size_t>(index)]; }

  /// Appends images. Throws Error and changes nothing if the sizes do not match each other or the
  /// data set, or if a label is not a class. `source` is the file name for the message.
  void append(std::span<const uint8_t> images, std::span<const uint8_t> labels,
              const std::string& source);

 private:
  std::string name_;
  Shape image_;
  std::vector<std::string> class_names_;
  int64_t size_;
  std::vector<uint8_t> images_;
  std::vector<uint8_t> labels_;
  uint64_t fingerprint_ = 0;
};

/// The training and the test part of a data set.
struct DatasetSplits {
  Dataset train;
  Dataset test;
};

}  // namespace convlab
