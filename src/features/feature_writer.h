#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "features/feature_rows.h"

namespace convlab {

/// Writes a file of features to the disk: as FILE.part, which gets its name when it is whole. One
/// that an interrupted process has left is continued.
class FeatureWriter final : public FeatureRows {
 public:
  /// Throws Error, and changes nothing, if the file cannot be written, another process is writing
  /// it, or FILE.part was begun with other weights, data or options; the message names them.
  FeatureWriter(std::filesystem::path target, const FeatureInfo& info);
  /// FILE.part stays, unless it has no row.
  ~FeatureWriter() override;

  const std::filesystem::path& part() const { return part_; }

 private:
  std::string name() const override { return part_.string(); }
  void write(std::span<const uint8_t> bytes) override;
  void read(uint64_t offset, std::span<uint8_t> out) const override;
  void cut(uint64_t bytes) override;
  /// Flushes the file to the disk and gives it its name.
  void complete() override;
  void open();
  void check_start(const FeatureInfo& info);
  [[noreturn]] void stop(const char* what) const;

  std::filesystem::path target_;
  std::filesystem::path part_;
  int descriptor_ = -1;
  bool finished_ = false;
};

}  // namespace convlab
