#include "io/write_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

/// Returns the target of a path that may be a symbolic link, so that writing replaces the file and
/// not the link.
fs::path target_of(const fs::path& path) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  return error || target.empty() ? path : target;
}

/// A new temporary file, deleted by the destructor unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target)
      : target_(target), path_(concat(target.string(), ".", getpid(), ".tmp")) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) stop("cannot be written");
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!renamed_) ::unlink(path_.c_str());
  }

  void write(std::span<const uint8_t> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) stop("writing failed");
      bytes = bytes.subspan(static_cast<size_t>(written));
    }
  }

  void rename_to_target() {
    if (::fsync(descriptor_) != 0) stop("flushing to the disk failed");
    const int descriptor = std::exchange(descriptor_, -1);
    if (::close(descriptor) != 0) stop("closing failed");
    if (::rename(path_.c_str(), target_.c_str()) != 0) stop("renaming the finished file failed");
    renamed_ = true;
    flush_folder();
  }

 private:
  [[noreturn]] void stop(const char* what) const {
    const std::string reason = std::strerror(errno);
    // The destructor of an object whose constructor throws does not run; nothing was created then.
    fail("[file] ", target_.string(), ": ", what, ": ", reason);
  }

  /// Flushes the folder so that the new name survives a power failure; not every file system
  /// supports this.
  void flush_folder() const {
    const int folder = ::open(target_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
  }

  fs::path target_;
  fs::path path_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

void check_place(const fs::path& path, const fs::path& target) {
  std::error_code error;
  if (path.filename().empty())
    fail("[file] ", path.string(), ": expected the name of a file, not of a folder");
  const fs::file_status status = fs::status(target, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    fail("[file] ", path.string(), ": exists and is not a regular file; it was not changed");
  }
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, error)) {
    fail("[file] ", path.string(), ": there is no folder ", folder.string());
  }
}

}  // namespace

void write_file(const fs::path& path, std::span<const uint8_t> bytes) {
  const fs::path target = target_of(path);
  check_place(path, target);
  TemporaryFile file(target);
  file.write(bytes);
  file.rename_to_target();
}

void check_writable(const fs::path& path) {
  const fs::path target = target_of(path);
  check_place(path, target);
  TemporaryFile file(target);
}

}  // namespace convlab
