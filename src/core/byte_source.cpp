#include "core/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

void ByteSource::check(uint64_t offset, uint64_t count) const {
  if (offset <= size_ && count <= size_ - offset) return;
  fail("[file] {}: ends at byte {}; expected {} from byte {} on", name_, size_,
       counted(count, "byte"), offset);
}

void ByteSource::read(uint64_t offset, std::span<uint8_t> out) const {
  check(offset, out.size());
  read_within(offset, out);
}

std::vector<uint8_t> ByteSource::read(uint64_t offset, uint64_t count) const {
  check(offset, count);
  std::vector<uint8_t> bytes(static_cast<size_t>(count));
  read_within(offset, bytes);
  return bytes;
}

namespace {

class MemorySource : public ByteSource {
 public:
  MemorySource(std::string name, std::vector<uint8_t> bytes)
      : ByteSource(std::move(name), bytes.size()), bytes_(std::move(bytes)) {}

 private:
  void read_within(uint64_t offset, std::span<uint8_t> out) const override {
    const auto from = std::span(bytes_).subspan(static_cast<size_t>(offset), out.size());
    std::copy(from.begin(), from.end(), out.begin());
  }

  std::vector<uint8_t> bytes_;
};

/// A file that is closed when this goes. What is not a regular file does not block.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (descriptor_ < 0) fail("[file] {}: {}", path, std::strerror(errno));
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { close(descriptor_); }

  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

class FileSource : public ByteSource {
 public:
  FileSource(std::string name, uint64_t size, std::unique_ptr<const OpenFile> file)
      : ByteSource(std::move(name), size), file_(std::move(file)) {}

 private:
  void read_within(uint64_t offset, std::span<uint8_t> out) const override {
    while (!out.empty()) {
      const ssize_t count = pread(file_->get(), out.data(), out.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail("[file] {}: byte {}: {}", name(), offset, std::strerror(errno));
      if (count == 0)
        fail("[file] {}: ends at byte {}, but had {} when it was opened", name(), offset,
             counted(size(), "byte"));
      offset += static_cast<uint64_t>(count);
      out = out.subspan(static_cast<size_t>(count));
    }
  }

  std::unique_ptr<const OpenFile> file_;
};

}  // namespace

std::shared_ptr<const ByteSource> open_file(const std::filesystem::path& path) {
  auto file = std::make_unique<const OpenFile>(path.string());
  // Of the open file: another may get its name meanwhile.
  struct stat status = {};
  if (fstat(file->get(), &status) != 0) fail("[file] {}: {}", path.string(), std::strerror(errno));
  if (!S_ISREG(status.st_mode)) fail("[file] {}: not a regular file", path.string());
  return std::make_shared<FileSource>(path.string(), static_cast<uint64_t>(status.st_size),
                                      std::move(file));
}

std::shared_ptr<const ByteSource> memory_source(std::string name, std::vector<uint8_t> bytes) {
  return std::make_shared<MemorySource>(std::move(name), std::move(bytes));
}

}  // namespace convlab
