#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/byte_source.h"
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

  /// Where a row begins in the file.
  uint64_t offset_of(int64_t row) const {
    return start_.size() + static_cast<uint64_t>(row) * row_bytes_;
  }

 protected:
  /// The bytes of the file before the first row.
  std::span<const uint8_t> start() const { return start_; }
  uint64_t row_bytes() const { return row_bytes_; }
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

  std::vector<uint8_t> start_;
  uint64_t row_bytes_;
  int64_t total_rows_;
  int64_t rows_ = 0;
};

/// Returns the labels of images: of all of them, and of `copies` copies of them.
std::vector<int32_t> row_labels(const Dataset& images, int64_t copies = 0);

/// Writes it to memory, from which what is written can be read meanwhile.
class FeatureMemory final : public FeatureRows {
 public:
  /// Allocates memory for the whole file.
  explicit FeatureMemory(const FeatureInfo& info);
  /// The file; any thread can read the rows that are written.
  std::shared_ptr<const ByteSource> source() const { return bytes_; }
  /// Returns a function that returns how many rows from the row `first` on are written. It may be
  /// called from any thread, also after this object has ended.
  std::function<int64_t()> counter(int64_t first) const;
  /// Returns the finished file: a copy where others use it, too.
  std::vector<uint8_t> take();

 private:
  class Bytes final : public ByteSource {
   public:
    explicit Bytes(uint64_t size);
    uint64_t written() const { return written_.load(std::memory_order_acquire); }
    std::vector<uint8_t>& all() { return bytes_; }
    void write(std::span<const uint8_t> bytes);
    void cut(uint64_t bytes) { written_.store(bytes, std::memory_order_relaxed); }

   private:
    void read_within(uint64_t offset, std::span<uint8_t> out) const override;
    std::vector<uint8_t> bytes_;
    std::atomic<uint64_t> written_ = 0;
  };

  std::string name() const override { return bytes_->name(); }
  void write(std::span<const uint8_t> bytes) override { bytes_->write(bytes); }
  void read(uint64_t offset, std::span<uint8_t> out) const override { bytes_->read(offset, out); }
  void cut(uint64_t bytes) override { bytes_->cut(bytes); }

  std::shared_ptr<Bytes> bytes_;
};

}  // namespace convlab
