#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "features/feature_info.h"

namespace convlab {

/// A file of features that is written row by row: first those of the training images and their
/// copies, then those of the validation images.
class FeatureRows {
 public:
  explicit FeatureRows(const FeatureInfo& info);
  FeatureRows(const FeatureRows&) = delete;
  FeatureRows& operator=(const FeatureRows&) = delete;
  virtual ~FeatureRows() = default;

  /// Number of rows that are written.
  int64_t rows() const { return rows_; }
  /// Removes the rows after the first `rows`. Throws Error if that fails.
  void truncate(int64_t rows);
  /// Writes rows of float16 numbers. Throws Error if there is no room; the rows before are kept.
  void append(std::span<const uint16_t> features);
  /// Writes rows of images that could not be read.
  void append_unreadable(int64_t rows);
  /// Writes the labels of all rows. Rows of unreadable images get no label. Throws Error if rows
  /// are missing, or writing fails.
  void finish(std::span<const int32_t> train_labels, std::span<const int32_t> validation_labels);

 protected:
  /// The bytes of the file before the first row.
  std::span<const uint8_t> start() const { return start_; }
  /// Continues a file of `bytes` bytes after its last whole row.
  void resume(uint64_t bytes);

 private:
  /// Name of the file for messages.
  virtual std::string name() const = 0;
  virtual void write(std::span<const uint8_t> bytes) = 0;
  virtual void read(uint64_t offset, std::span<uint8_t> out) const = 0;
  /// Truncates the file to a size in bytes; writing continues at its end.
  virtual void cut(uint64_t bytes) = 0;
  /// Called when all bytes are written.
  virtual void complete() {}
  bool is_unreadable(int64_t row) const;
  uint64_t offset_of(int64_t row) const {
    return start_.size() + static_cast<uint64_t>(row) * row_bytes_;
  }

  std::vector<uint8_t> start_;
  uint64_t row_bytes_;
  int64_t total_rows_;
  int64_t rows_ = 0;
};

/// Writes it to memory.
class FeatureMemory final : public FeatureRows {
 public:
  /// Reserves memory for the whole file.
  explicit FeatureMemory(const FeatureInfo& info);
  /// Returns the finished file.
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  std::string name() const override { return "the features"; }
  void write(std::span<const uint8_t> bytes) override;
  void read(uint64_t offset, std::span<uint8_t> out) const override;
  void cut(uint64_t bytes) override { bytes_.resize(static_cast<size_t>(bytes)); }

  std::vector<uint8_t> bytes_;
};

}  // namespace convlab
