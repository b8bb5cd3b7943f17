#include "io/write_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

constexpr size_t max_name = 255;                // bytes, of the usual file systems
constexpr size_t max_write = size_t{4} << 20U;  // bytes; signals wait until a write has ended

/// Returns the file that a path names, following symbolic links, so that writing replaces the file
/// and not the link, also if the file does not exist yet.
fs::path target_of(const fs::path& path) {
  constexpr int max_links = 40;  // as in the kernel
  fs::path target = path;
  std::error_code error;
  for (int links = 0; fs::is_symlink(fs::symlink_status(target, error)); ++links) {
    if (links == max_links) fail("[file] {}: is a loop of symbolic links", path.string());
    const fs::path next = fs::read_symlink(target, error);
    if (error) break;
    target = target.parent_path() / next;
  }
  return target;
}

fs::path folder_of(const fs::path& target) {
  return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

/// "model.safetensors.1234.tmp": the file that process `pid` renames to `target` when it is whole.
/// The end of a long name is left out.
fs::path temporary_path(const fs::path& target, pid_t pid) {
  const std::string ending = fmt::format(".{}.tmp", pid);
  return folder_of(target) /
         (target.filename().string().substr(0, max_name - ending.size()) + ending);
}

/// Whether `path` is the temporary_path of this process, which has none when this is called, or of
/// one that has ended.
bool is_left_over(const fs::path& path, const fs::path& target) {
  const std::string name = path.filename().string();
  constexpr std::string_view ending = ".tmp";
  if (!name.ends_with(ending)) return false;
  const size_t end = name.size() - ending.size();
  const size_t digits = name.rfind('.', end - 1) + 1;  // 0 if there is no other dot
  pid_t pid = 0;
  std::from_chars(name.data() + digits, name.data() + end, pid);
  if (pid <= 0 || path != temporary_path(target, pid)) return false;
  return pid == getpid() || (::kill(pid, 0) != 0 && errno == ESRCH);
}

/// Deletes the temporary files for `target` of processes that were killed while they wrote it.
void remove_left_over(const fs::path& target) {
  std::error_code error;
  for (fs::directory_iterator entry(folder_of(target), error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code ignored;
    if (!is_left_over(path, target) || !fs::is_regular_file(fs::symlink_status(path, ignored)))
      continue;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) continue;
    // A writer in another container or on another machine, whose processes are not visible here,
    // holds the lock.
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
    ::close(descriptor);
  }
}

/// A new temporary file, locked while it is written and deleted by the destructor unless it was
/// renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target)
      : target_(target), path_(temporary_path(target, getpid())) {
    remove_left_over(target_);
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) stop("cannot be written");
    keep_permissions();
    ::flock(descriptor_, LOCK_EX | LOCK_NB);  // not every file system supports this
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!renamed_) ::unlink(path_.c_str());
  }

  void write(std::span<const uint8_t> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), std::min(bytes.size(), max_write));
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
    fail("[file] {}: {}: {}", target_.string(), what, reason);
  }

  /// Gives the new file the owner and the permissions of the one that it will replace. Not every
  /// user may change owners, and not every file system has permissions.
  void keep_permissions() const {
    struct stat old{};
    if (::stat(target_.c_str(), &old) != 0) return;
    [[maybe_unused]] const int owner = ::fchown(descriptor_, old.st_uid, old.st_gid);
    ::fchmod(descriptor_, old.st_mode & 07777U);
  }

  /// Flushes the folder so that the new name survives a power failure; not every file system
  /// supports this.
  void flush_folder() const {
    const int folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
    fail("[file] {}: expected the name of a file, not of a folder", path.string());
  const fs::file_status status = fs::status(target, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    fail("[file] {}: exists and is not a regular file; it was not changed", path.string());
  }
  // The second condition holds for the superuser, too, who may write everything.
  constexpr auto any_write =
      fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  if (fs::exists(status) && (::access(target.c_str(), W_OK) != 0 ||
                             (status.permissions() & any_write) == fs::perms::none)) {
    fail("[file] {}: is write-protected; it was not changed", path.string());
  }
  const fs::path folder = folder_of(target);
  if (!fs::is_directory(folder, error)) {
    fail("[file] {}: there is no folder {}", path.string(), folder.string());
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
