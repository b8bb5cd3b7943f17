#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "features/feature_info.h"

namespace convlab {

/// Writes a file of features row by row: as FILE.part, which gets its name when it is whole. One
/// that an interrupted process has left is continued.
class FeatureWriter {
 public:
  /// Throws Error, and changes nothing, if the file cannot be written, another process is writing
  /// it, or FILE.part was begun with other weights, data or options; the message names them.
  FeatureWriter(std::filesystem::path target, const FeatureInfo& info);
  FeatureWriter(const FeatureWriter&) = delete;
  FeatureWriter& operator=(const FeatureWriter&) = delete;
  /// FILE.part stays, unless it has no row.
  ~FeatureWriter();

  const std::filesystem::path& part() const { return part_; }
  /// Number of rows that are written: first those of the training images and their copies, then
  /// those of the validation images.
  int64_t rows() const { return rows_; }
  /// Removes the rows after the first `rows`. Throws Error if that fails.
  void truncate(int64_t rows);
  /// Writes rows of float16 numbers. Throws Error if the disk is full; the rows before are kept.
  void append(std::span<const uint16_t> features);
  /// Writes rows of images that could not be read.
  void append_unreadable(int64_t rows);
  /// Writes the labels of all rows, flushes the file to the disk and gives it its name. Rows of
  /// unreadable images get no label. Throws Error if rows are missing, or writing fails.
  void finish(std::span<const int32_t> train_labels, std::span<const int32_t> validation_labels);

 private:
  void open();
  void check_start(const FeatureInfo& info);
  void write(std::span<const uint8_t> bytes);
  bool is_unreadable(int64_t row) const;
  [[noreturn]] void stop(const char* what) const;

  std::filesystem::path target_;
  std::filesystem::path part_;
  std::vector<uint8_t> start_;  ///< of the file, up to the first row
  uint64_t row_bytes_;
  int64_t total_rows_;
  int64_t rows_ = 0;
  int descriptor_ = -1;
  bool finished_ = false;
};

}  // namespace convlab
