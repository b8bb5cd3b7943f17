#include "features/prepared_dataset.h"

#include <utility>

#include "pretrained/prepare_image.h"

namespace convlab {

namespace {

class PreparedDataset : public Dataset {
 public:
  PreparedDataset(std::shared_ptr<const Dataset> images, const WeightSet& set)
      : Dataset(images->name(), set.image, images->class_names(), images->size()),
        images_(std::move(images)),
        set_(set) {}

  bool has_common_size() const override { return images_->has_common_size(); }
  bool reads_on_any_thread() const override { return images_->reads_on_any_thread(); }
  uint64_t stored_bytes() const override { return images_->stored_bytes(); }
  uint64_t stored_size(int64_t index) const override { return images_->stored_size(index); }
  int64_t available() const override { return images_->available(); }
  uint64_t fingerprint() const override { return images_->fingerprint(); }
  int32_t label(int64_t index) const override { return images_->label(index); }
  std::string image_name(int64_t index) const override { return images_->image_name(index); }
  std::span<const uint8_t> fetch(int64_t index, std::vector<uint8_t>& buffer) const override {
    return images_->fetch(index, buffer);
  }
  ImageView decode(int64_t index, std::span<const uint8_t> stored,
                   DecodedImage& buffer) const override {
    const ImageView image = images_->decode(index, stored, buffer);
    std::vector<uint8_t> pixels = prepare_image(image, set_);
    const Shape& shape = image_shape();
    buffer = {shape[0], shape[1], shape[2], std::move(pixels)};
    return buffer;
  }

 private:
  std::shared_ptr<const Dataset> images_;
  const WeightSet& set_;
};

}  // namespace

std::shared_ptr<const Dataset> with_preprocessing(std::shared_ptr<const Dataset> dataset,
                                                  const WeightSet& set) {
  check_has_images(*dataset, "[features]");
  return std::make_shared<PreparedDataset>(std::move(dataset), set);
}

}  // namespace convlab
