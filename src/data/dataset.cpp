#include "data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

namespace {

constexpr int64_t max_classes = 65'535;
constexpr int64_t max_images = int64_t{1} << 31;

}  // namespace

Dataset::Dataset(std::string name, Shape image, std::vector<std::string> class_names, int64_t size)
    : name_(std::move(name)), image_(image), class_names_(std::move(class_names)), size_(size) {
  if (image_.rank() != 3 || image_.elements() == 0) {
    fail("[dataset] {}: images of shape {}; expected (height, width, channels), each at least 1",
         name_, image_);
  }
  if (classes() < 1 || classes() > max_classes) {
    fail("[dataset] {}: {}; expected 1 to {}", name_, counted(classes(), "class"), max_classes);
  }
  if (size_ < 0 || size_ > max_images) {
    fail("[dataset] {}: {}; expected 0 to {}", name_, counted(size_, "image"), max_images);
  }
}

uint64_t Dataset::stored_bytes() const {
  return static_cast<uint64_t>(size_) * uint64_t{sample_bytes()};
}

uint64_t Dataset::stored_size(int64_t) const { return uint64_t{sample_bytes()}; }

std::string Dataset::image_name(int64_t index) const {
  return fmt::format("image {} of {}", index, name_);
}

void Dataset::check_available(int64_t index) const {
  if (index >= 0 && index < available()) return;
  fail("[dataset] {}: image {} is not available; {} of {} are", name_, index, available(), size_);
}

void check_has_images(const Dataset& dataset, const std::string& user) {
  if (dataset.has_images()) return;
  fail("{} {} holds features ({}); expected the images themselves", user, dataset.name(),
       dataset.features());
}

void ImageReader::read(const Dataset& dataset, int64_t index, std::span<uint8_t> pixels) {
  check_has_images(dataset, "[data]");
  const ImageView image = dataset.decode(index, dataset.fetch(index, stored_), decoded_);
  fit_image_into(image, dataset.image_shape(), dataset.resize_mode(), pixels);
}

}  // namespace convlab
