#include "features/feature_rows.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "data/feature_dataset.h"

namespace convlab {

FeatureRows::FeatureRows(const FeatureInfo& info)
    : start_(
          safetensors_start(feature_tensors(info), {{features_metadata, feature_info_text(info)}})),
      row_bytes_(info.row_bytes()),
      total_rows_(info.rows()) {}

void FeatureRows::resume(uint64_t bytes) {
  const uint64_t whole = (bytes - start_.size()) / row_bytes_;
  truncate(static_cast<int64_t>(std::min(whole, static_cast<uint64_t>(total_rows_))));
}

void FeatureRows::truncate(int64_t rows) {
  cut(offset_of(rows));
  rows_ = rows;
}

void FeatureRows::append(std::span<const uint16_t> features) {
  const auto rows = static_cast<int64_t>(features.size_bytes() / row_bytes_);
  if (static_cast<uint64_t>(rows) * row_bytes_ != features.size_bytes() ||
      rows > total_rows_ - rows_) {
    fail("[features] {}: {} of features are no rows of {}, of which {} are left", name(),
         counted(features.size_bytes(), "byte"), row_bytes_, total_rows_ - rows_);
  }
  write({reinterpret_cast<const uint8_t*>(features.data()), features.size_bytes()});
  rows_ += rows;
}

void FeatureRows::append_unreadable(int64_t rows) {
  const std::vector<uint16_t> row(static_cast<size_t>(row_bytes_ / sizeof(uint16_t)),
                                  FeatureDataset::unreadable);
  for (int64_t i = 0; i < rows; ++i) append(row);
}

bool FeatureRows::is_unreadable(int64_t row) const {
  uint16_t first = 0;
  read(offset_of(row), {reinterpret_cast<uint8_t*>(&first), sizeof first});
  return first == FeatureDataset::unreadable;
}

void FeatureRows::finish(std::span<const int32_t> train_labels,
                         std::span<const int32_t> validation_labels) {
  std::vector<int32_t> labels(train_labels.begin(), train_labels.end());
  labels.insert(labels.end(), validation_labels.begin(), validation_labels.end());
  if (rows_ != total_rows_ || std::ssize(labels) != total_rows_) {
    fail("[features] {}: {} rows and {} labels; expected {}", name(), rows_, labels.size(),
         total_rows_);
  }
  for (int64_t row = 0; row < total_rows_; ++row) {
    if (is_unreadable(row)) labels[static_cast<size_t>(row)] = FeatureDataset::no_label;
  }
  write({reinterpret_cast<const uint8_t*>(labels.data()), labels.size() * sizeof(int32_t)});
  complete();
}

std::vector<int32_t> row_labels(const Dataset& images, int64_t copies) {
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < images.size() * (1 + copies); ++i)
    labels.push_back(images.label(i % images.size()));
  return labels;
}

FeatureMemory::Bytes::Bytes(uint64_t size)
    : ByteSource("the features", size), bytes_(static_cast<size_t>(size)) {}

void FeatureMemory::Bytes::write(std::span<const uint8_t> bytes) {
  const size_t begin = written_.load(std::memory_order_relaxed);
  std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin));
  written_.store(begin + bytes.size(), std::memory_order_release);
}

void FeatureMemory::Bytes::read_within(uint64_t offset, std::span<uint8_t> out) const {
  std::memcpy(out.data(), bytes_.data() + offset, out.size());
}

FeatureMemory::FeatureMemory(const FeatureInfo& info)
    : FeatureRows(info),
      bytes_(std::make_shared<Bytes>(start().size() + static_cast<uint64_t>(info.rows()) *
                                                          (info.row_bytes() + sizeof(int32_t)))) {
  write(start());
}

std::vector<uint8_t> FeatureMemory::take() {
  return bytes_.use_count() == 1 ? std::move(bytes_->all()) : bytes_->all();
}

std::function<int64_t()> FeatureMemory::counter(int64_t first) const {
  return [bytes = bytes_, begin = offset_of(first), row = row_bytes()] {
    const uint64_t written = bytes->written();
    return static_cast<int64_t>(written > begin ? (written - begin) / row : 0);
  };
}

}  // namespace convlab
