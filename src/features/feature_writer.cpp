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
    : FeatureRows(info), target_(std::move(target)), part_(fs::path(target_).concat(".part")) {
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
  if (!finished_ && rows() == 0) ::unlink(part_.c_str());
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
  std::vector<uint8_t> begun(static_cast<size_t>(std::min<uint64_t>(size, start().size())));
  if (!read_at(descriptor_, 0, begun)) stop("cannot be read");
  if (!std::equal(begun.begin(), begun.end(), start().begin())) {
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
  if (size < start().size()) write(start());
  resume(std::max<uint64_t>(size, start().size()));
}

void FeatureWriter::stop(const char* what) const {
  const std::string reason = std::strerror(errno);
  fail("[features] {}: {}: {}", part_.string(), what, reason);
}

void FeatureWriter::cut(uint64_t bytes) {
  if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0 ||
      ::lseek(descriptor_, static_cast<off_t>(bytes), SEEK_SET) < 0)
    stop("cannot be continued");
}

void FeatureWriter::read(uint64_t offset, std::span<uint8_t> out) const {
  if (!read_at(descriptor_, offset, out)) stop("cannot be read");
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

void FeatureWriter::complete() {
  if (::fsync(descriptor_) != 0) stop("flushing to the disk failed");
  if (::rename(part_.c_str(), target_.c_str()) != 0) stop("renaming the finished file failed");
  finished_ = true;
}

}  // namespace convlab
