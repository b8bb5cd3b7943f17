#include "data/feature_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "data/fingerprint.h"

namespace convlab {

namespace {

std::span<const uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

int64_t labelled(const std::vector<int32_t>& labels) {
  return std::count_if(labels.begin(), labels.end(),
                       [](int32_t label) { return label != FeatureDataset::no_label; });
}

}  // namespace

FeatureDataset::FeatureDataset(std::string name, Shape shape, std::vector<std::string> class_names,
                               Rows rows, const std::vector<int32_t>& labels)
    : Dataset(std::move(name), shape, std::move(class_names), labelled(labels)),
      rows_(std::move(rows)),
      fingerprint_(hash_bytes(bytes_of(rows_.key), hash_bytes(bytes_of(rows_.features), 0))) {
  const uint64_t bytes = uint64_t{labels.size()} * sample_bytes();
  const uint64_t size = rows_.source ? rows_.source->size() : 0;
  if (rows_.offset > size || bytes > size - rows_.offset) {
    fail("[features] {}: {} from byte {} on are beyond the end of the file at byte {}",
         this->name(), counted(labels.size(), "row"), rows_.offset, size);
  }
  for (size_t row = 0; row < labels.size(); ++row) {
    if (labels[row] < no_label || labels[row] >= classes()) {
      fail("[features] {}: label {} of row {} is out of range; expected 0 to {}, or {} for none",
           this->name(), labels[row], row, classes() - 1, no_label);
    }
    if (labels[row] != no_label)
      items_.push_back({.row = static_cast<int64_t>(row), .label = labels[row]});
  }
  std::vector<int64_t> taken(static_cast<size_t>(classes()));
  int64_t turn = 0;
  for (const Item& item : items_) {
    const int64_t of_class = taken[static_cast<size_t>(item.label)]++;
    takes_turns_ = takes_turns_ && of_class >= turn;
    turn = of_class;
  }
  fingerprint_ =
      hash_bytes({reinterpret_cast<const uint8_t*>(labels.data()), labels.size() * sizeof(int32_t)},
                 fingerprint_);
}

bool FeatureDataset::reads_on_any_thread() const {
  return !rows_.source || rows_.source->reads_on_any_thread();
}

int64_t FeatureDataset::available() const {
  if (!rows_.available) return size();
  const int64_t rows = rows_.available();
  return std::ranges::lower_bound(items_, rows, {}, &Item::row) - items_.begin();
}

std::string FeatureDataset::image_name(int64_t index) const {
  return fmt::format("row {} of {}", items_[static_cast<size_t>(index)].row, name());
}

std::span<const uint8_t> FeatureDataset::fetch(int64_t index, std::vector<uint8_t>& buffer) const {
  check_available(index);
  const auto row = static_cast<uint64_t>(items_[static_cast<size_t>(index)].row);
  buffer.resize(sample_bytes());
  rows_.source->read(rows_.offset + row * sample_bytes(), buffer);
  uint16_t first = 0;
  std::memcpy(&first, buffer.data(), sizeof first);
  if (first == unreadable) fail("[features] {}: its image could not be read", image_name(index));
  return buffer;
}

ImageView FeatureDataset::decode(int64_t /*index*/, std::span<const uint8_t> /*stored*/,
                                 DecodedImage& /*buffer*/) const {
  check_has_images(*this, "[data]");
  fail("[data] {} holds no images", name());
}

}  // namespace convlab
