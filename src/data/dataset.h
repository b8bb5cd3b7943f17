#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/shape.h"

namespace convlab {

/// Labelled images of one size, as bytes. It may still be arriving: `size` is how many there will
/// be, `available` how many are here; they arrive in order.
class Dataset {
 public:
  /// An empty set that waits for `size` images of shape `image` (height, width, channels).
  Dataset(std::string name, Shape image, std::vector<std::string> class_names, int64_t size);

  const std::string& name() const { return name_; }
  const Shape& image_shape() const { return image_; }
  int64_t classes() const { return static_cast<int64_t>(class_names_.size()); }
  const std::vector<std::string>& class_names() const { return class_names_; }
  int64_t size() const { return size_; }
  int64_t available() const { return static_cast<int64_t>(labels_.size()); }
  bool complete() const { return available() == size_; }

  /// The pixels of image `index`, row by row, channels innermost.
  std::span<const uint8_t> image(int64_t index) const;
  uint8_t label(int64_t index) const { return labels_[static_cast<size_t>(index)]; }

  /// Appends images. Throws Error, and changes nothing, when the sizes do not fit each other or
  /// the set, or a label is not a class; `source` names the file in the message.
  void append(std::span<const uint8_t> images, std::span<const uint8_t> labels,
              const std::string& source);

 private:
  std::string name_;
  Shape image_;
  std::vector<std::string> class_names_;
  int64_t size_;
  std::vector<uint8_t> images_;
  std::vector<uint8_t> labels_;
};

/// A data set's two parts.
struct DatasetSplits {
  Dataset train;
  Dataset test;
};

}  // namespace convlab
