#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/shape.h"
#include "core/tensor.h"
#include "data/image_decoder.h"
#include "data/resize.h"

namespace convlab {

struct ChannelStatistics;

/// Labelled images, stored in some way and decoded when they are needed. Images can arrive later,
/// in order: `size` is the final number of images, `available` the number that has arrived. In
/// place of an image there may be its features: what a pretrained network has computed of it
/// (FeatureDataset).
class Dataset {
 public:
  virtual ~Dataset() = default;
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;

  const std::string& name() const { return name_; }
  /// The shape of the images in batches (height, width, channels). Those that are stored in another
  /// size are resized to it (fit_image), as resize_mode() says.
  const Shape& image_shape() const { return image_; }
  /// The type of the numbers in batches: bytes (u8) of images, or features (f16).
  virtual DType sample_type() const { return DType::u8; }
  /// Bytes of one image in a batch.
  size_t sample_bytes() const {
    return static_cast<size_t>(image_shape().elements()) * size_of(sample_type());
  }
  /// Whether these are images, which can be shown, resized and augmented.
  bool has_images() const { return sample_type() == DType::u8; }
  /// How the features were made, for people; empty for images. Features that say the same can be
  /// read by the same network.
  virtual std::string features() const { return {}; }
  /// Name of the data set whose images these are features of; empty for images.
  virtual std::string features_of() const { return {}; }
  int64_t classes() const { return static_cast<int64_t>(class_names_.size()); }
  const std::vector<std::string>& class_names() const { return class_names_; }
  int64_t size() const { return size_; }
  /// Whether all images are stored in the size of image_shape(), as in MNIST. Otherwise that is a
  /// suggestion, and with_image_shape gives them another.
  virtual bool has_common_size() const { return true; }
  virtual ResizeMode resize_mode() const { return ResizeMode::crop; }
  /// The data set whose `decode` gives the images as they are stored: this one, or the one that
  /// with_image_shape or with_cache was given.
  virtual const Dataset& stored() const { return *this; }
  /// Whether `decode` only returns a view of pixels in memory, in the shape of image_shape().
  virtual bool decode_is_free() const { return false; }
  /// Whether the classes take turns: first the first image of each, then the second, as far as they
  /// have that many. Any images that follow one another can then be trained on together.
  virtual bool classes_take_turns() const { return false; }
  /// Whether any thread can `fetch`; otherwise only the one that opened the data set.
  virtual bool reads_on_any_thread() const { return true; }
  /// Bytes of all images as they are stored, also of those that have not arrived: a function of the
  /// data set alone, whether it is read from files or arrives in a page.
  virtual uint64_t stored_bytes() const;
  /// Bytes of image `index`, which must have arrived, as it is stored.
  virtual uint64_t stored_size(int64_t index) const;
  virtual int64_t available() const = 0;
  bool complete() const { return available() == size_; }
  /// A hash of all images and labels that have arrived, in their order.
  virtual uint64_t fingerprint() const = 0;

  /// channel_statistics of the training images, if they came with the data set; else null.
  const std::shared_ptr<const ChannelStatistics>& statistics() const { return statistics_; }
  void set_statistics(std::shared_ptr<const ChannelStatistics> statistics) {
    statistics_ = std::move(statistics);
  }

  /// Returns the class of image `index`, which must have arrived.
  virtual int32_t label(int64_t index) const = 0;
  /// Names image `index` for messages: its file, or "image 12 of mnist".
  virtual std::string image_name(int64_t index) const;
  /// Returns image `index` as it is stored: a view of memory of this data set, or of `buffer`, into
  /// which it was read. May be called from several threads at once if reads_on_any_thread(). Throws
  /// Error for an image that has not arrived or cannot be read.
  virtual std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const = 0;
  /// Decodes what `fetch` returned for image `index`: a view of `stored`, or of `buffer`. May be
  /// called from several threads at once. Throws Error for a damaged image.
  virtual ImageView decode(int64_t index, std::span<const uint8_t> stored,
                           DecodedImage& buffer) const = 0;

 protected:
  /// Throws Error for a shape that is not that of images, less than one class or too many, and a
  /// size that is negative or too large.
  Dataset(std::string name, Shape image, std::vector<std::string> class_names, int64_t size);
  Dataset(Dataset&&) = default;
  /// Throws Error unless the image has arrived.
  void check_available(int64_t index) const;

 private:
  std::string name_;
  Shape image_;
  std::vector<std::string> class_names_;
  int64_t size_;
  std::shared_ptr<const ChannelStatistics> statistics_;
};

/// Throws Error if a data set has features instead of images; the message begins with `user`,
/// "[preview]".
void check_has_images(const Dataset& dataset, const std::string& user);

/// Reads images of a data set one after another, reusing memory.
class ImageReader {
 public:
  /// Fills `pixels` with image `index` in the shape of the data set. Throws Error like
  /// Dataset::fetch and Dataset::decode.
  void read(const Dataset& dataset, int64_t index, std::span<uint8_t> pixels);

 private:
  std::vector<uint8_t> stored_;
  DecodedImage decoded_;
};

/// The training and the test part of a data set.
struct DatasetSplits {
  std::shared_ptr<const Dataset> train;
  std::shared_ptr<const Dataset> test;
  /// What the user should know about the files, such as those that were left out.
  std::vector<std::string> notes = {};
};

}  // namespace convlab
