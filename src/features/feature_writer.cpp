#include "features/feature_writer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "core/byte_source.h"
#include "core/counted.h"
#include "core/error.h"
#include "data/feature_dataset.h"
#include "features/feature_file.h"
#include "io/write_file.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

/// A row of an image that could not be read holds this number (NaN), which features never are.
constexpr uint16_t unreadable = 0x7E00;

uint64_t read_size(const fs::path& path, int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
    fail("[features] {}: is not a regular file; it was not changed", path.string());
  return static_cast<uint64_t>(status.st_size);
}

bool read_at(int descriptor, uint64_t offset, std::span<uint8_t> out) {
  const ssize_t count = ::pread(descriptor, out.data(), out.size(), static_cast<off_t>(offset));
  return count == static_cast<ssize_t>(out.size());
}

/// The fields that differ from those of a file that was begun; empty if it has no readable header.
std::string differences(const fs::path& part, const FeatureInfo& info) {
  try {
    const std::shared_ptr<const ByteSource> source = open_file(part);
    const std::vector<uint8_t> start =
        source->read(0, std::min(source->size(), max_feature_start_bytes));
    return feature_differences(parse_begun_features(start, part.string()), info);
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

FeatureWriter::FeatureWriter(fs::path target, const FeatureInfo& info)
    : target_(std::move(target)),
      part_(fs::path(target_).concat(".part")),
      start_(
          safetensors_start(feature_tensors(info), {{features_metadata, feature_info_text(info)}})),
      row_bytes_(info.row_bytes()),
      total_rows_(info.rows()) {
  check_writable(target_);
  open();
  try {
    check_start(info);
  } catch (...) {
    ::close(std::exchange(descriptor_, -1));
    throw;
  }
}

FeatureWriter::~FeatureWriter() {
  if (!finished_ && rows_ == 0) ::unlink(part_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FeatureWriter::open() {
  descriptor_ = ::open(part_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor_ < 0) stop("cannot be written");
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(std::exchange(descriptor_, -1));
    fail("[features] {}: another process is writing this file; wait for it or end it",
         part_.string());
  }
}

void FeatureWriter::check_start(const FeatureInfo& info) {
  const uint64_t size = read_size(part_, descriptor_);
  std::vector<uint8_t> begun(static_cast<size_t>(std::min<uint64_t>(size, start_.size())));
  if (!read_at(descriptor_, 0, begun)) stop("cannot be read");
  if (!std::equal(begun.begin(), begun.end(), start_.begin())) {
    const std::string other = differences(part_, info);
    if (other.empty()) {
      fail(
          "[features] {}: is not the beginning of a file of features; expected to continue it. "
          "Delete it, or give --out another name",
          part_.string());
    }
    fail(
        "[features] {}: was begun with another {}; expected the same, to continue it. Delete it, "
        "or give --out another name",
        part_.string(), other);
  }
  if (size < start_.size()) {
    write(start_);
  } else {
    const uint64_t whole = (size - start_.size()) / row_bytes_;
    rows_ = static_cast<int64_t>(std::min<uint64_t>(whole, static_cast<uint64_t>(total_rows_)));
  }
  truncate(rows_);
}

void FeatureWriter::stop(const char* what) const {
  const std::string reason = std::strerror(errno);
  fail("[features] {}: {}: {}", part_.string(), what, reason);
}

void FeatureWriter::truncate(int64_t rows) {
  const uint64_t size = start_.size() + static_cast<uint64_t>(rows) * row_bytes_;
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0 ||
      ::lseek(descriptor_, static_cast<off_t>(size), SEEK_SET) < 0)
    stop("cannot be continued");
  rows_ = rows;
}

void FeatureWriter::write(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      stop("writing failed; the rows before are kept, and the same command continues after them");
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
}

void FeatureWriter::append(std::span<const uint16_t> features) {
  const auto rows = static_cast<int64_t>(features.size_bytes() / row_bytes_);
  if (static_cast<uint64_t>(rows) * row_bytes_ != features.size_bytes() ||
      rows > total_rows_ - rows_) {
    fail("[features] {}: {} of features are no rows of {}, of which {} are left", part_.string(),
         counted(features.size_bytes(), "byte"), row_bytes_, total_rows_ - rows_);
  }
  write({reinterpret_cast<const uint8_t*>(features.data()), features.size_bytes()});
  rows_ += rows;
}

void FeatureWriter::append_unreadable(int64_t rows) {
  const std::vector<uint16_t> row(static_cast<size_t>(row_bytes_ / sizeof(uint16_t)), unreadable);
  for (int64_t i = 0; i < rows; ++i) append(row);
}

bool FeatureWriter::is_unreadable(int64_t row) const {
  uint16_t first = 0;
  if (!read_at(descriptor_, start_.size() + static_cast<uint64_t>(row) * row_bytes_,
               {reinterpret_cast<uint8_t*>(&first), sizeof first}))
    stop("cannot be read");
  return first == unreadable;
}

void FeatureWriter::finish(std::span<const int32_t> train_labels,
                           std::span<const int32_t> validation_labels) {
  std::vector<int32_t> labels(train_labels.begin(), train_labels.end());
  labels.insert(labels.end(), validation_labels.begin(), validation_labels.end());
  if (rows_ != total_rows_ || std::ssize(labels) != total_rows_) {
    fail("[features] {}: {} rows and {} labels; expected {}", part_.string(), rows_, labels.size(),
         total_rows_);
  }
  for (int64_t row = 0; row < total_rows_; ++row) {
    if (is_unreadable(row)) labels[static_cast<size_t>(row)] = FeatureDataset::no_label;
  }
  write({reinterpret_cast<const uint8_t*>(labels.data()), labels.size() * sizeof(int32_t)});
  if (::fsync(descriptor_) != 0) stop("flushing to the disk failed");
  if (::rename(part_.c_str(), target_.c_str()) != 0) stop("renaming the finished file failed");
  finished_ = true;
}

}  // namespace convlab
