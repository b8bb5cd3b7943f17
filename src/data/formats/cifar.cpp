#include "data/formats/cifar.h"

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

namespace {

constexpr size_t pixels_per_image = CifarImages::side * CifarImages::side;
constexpr size_t image_bytes = pixels_per_image * CifarImages::channels;
constexpr size_t max_records = 1'000'000;

}  // namespace

CifarImages parse_cifar(std::span<const uint8_t> bytes, CifarLabels labels, int64_t classes,
                        const std::string& source) {
  const size_t label_bytes = labels == CifarLabels::single ? 1 : 2;
  const size_t record_bytes = label_bytes + image_bytes;
  const size_t count = bytes.size() / record_bytes;
  if (count == 0 || count > max_records || bytes.size() % record_bytes != 0) {
    fail("[cifar] {}: {}; expected 1 to {} records of {} bytes each", source,
         counted(bytes.size(), "byte"), max_records, record_bytes);
  }
  const size_t label_at = labels == CifarLabels::fine ? 1 : 0;
  CifarImages images;
  images.labels.reserve(count);
  images.pixels.reserve(count * image_bytes);
  for (size_t i = 0; i < count; ++i) {
    const auto record = bytes.subspan(i * record_bytes, record_bytes);
    const uint8_t label = record[label_at];
    if (label >= classes) {
      fail("[cifar] {}: label {} of record {} at byte {}; expected 0 to {}", source, int{label}, i,
           i * record_bytes + label_at, classes - 1);
    }
    images.labels.push_back(label);
    const auto planes = record.subspan(label_bytes);
    for (size_t pixel = 0; pixel < pixels_per_image; ++pixel)
      for (size_t channel = 0; channel < CifarImages::channels; ++channel)
        images.pixels.push_back(planes[channel * pixels_per_image + pixel]);
  }
  return images;
}

}  // namespace convlab
