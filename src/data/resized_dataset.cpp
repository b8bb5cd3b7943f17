#include "data/resized_dataset.h"

#include <utility>

namespace convlab {

namespace {

class ResizedDataset : public Dataset {
 public:
  ResizedDataset(std::shared_ptr<const Dataset> stored, const Shape& image, ResizeMode mode)
      : Dataset(stored->name(), image, stored->class_names(), stored->size()),
        stored_(std::move(stored)),
        mode_(mode) {}

  bool has_common_size() const override { return stored_->has_common_size(); }
  ResizeMode resize_mode() const override { return mode_; }
  const Dataset& stored() const override { return stored_->stored(); }
  bool reads_on_any_thread() const override { return stored_->reads_on_any_thread(); }
  uint64_t stored_bytes() const override { return stored_->stored_bytes(); }
  uint64_t stored_size(int64_t index) const override { return stored_->stored_size(index); }
  int64_t available() const override { return stored_->available(); }
  uint64_t fingerprint() const override { return stored_->fingerprint(); }
  int32_t label(int64_t index) const override { return stored_->label(index); }
  std::string image_name(int64_t index) const override { return stored_->image_name(index); }
  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override {
    return stored_->fetch(index, buffer);
  }
  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override {
    return stored_->decode(index, stored, buffer);
  }

 private:
  std::shared_ptr<const Dataset> stored_;
  ResizeMode mode_;
};

}  // namespace

std::shared_ptr<const Dataset> with_image_shape(std::shared_ptr<const Dataset> dataset,
                                                const Shape& image, ResizeMode mode) {
  const bool has_mode = dataset->has_common_size() || dataset->resize_mode() == mode;
  if (has_mode && dataset->image_shape() == image) return dataset;
  return std::make_shared<ResizedDataset>(std::move(dataset), image, mode);
}

DatasetSplits with_image_shape(DatasetSplits splits, const Shape& image, ResizeMode mode) {
  return {.train = with_image_shape(std::move(splits.train), image, mode),
          .test = with_image_shape(std::move(splits.test), image, mode),
          .notes = std::move(splits.notes)};
}

}  // namespace convlab
