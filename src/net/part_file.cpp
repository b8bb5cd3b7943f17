#include "net/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/format.h"
#include "core/sha256.h"
#include "core/utf8.h"
#include "data/file.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

fs::path with_ending(const fs::path& path, const char* ending) {
  return fs::path(path).concat(ending);
}

/// A file descriptor that is closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

}  // namespace

PartOrigin parse_part_origin(std::span<const uint8_t> json) {
  try {
    const auto root = nlohmann::json::parse(json.begin(), json.end());
    PartOrigin origin{.url = root.at("url"), .version = root.at("version"), .total = std::nullopt};
    if (root.contains("total")) origin.total = root.at("total").get<uint64_t>();
    // It becomes a line of a request.
    const auto is_control_byte = [](char c) { return is_control(static_cast<uint8_t>(c)); };
    const bool is_line =
        std::none_of(origin.version.begin(), origin.version.end(), is_control_byte);
    return is_line ? origin : PartOrigin{};
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

std::string part_origin_text(const PartOrigin& origin) {
  nlohmann::json json{{"url", origin.url}, {"version", origin.version}};
  if (origin.total) json["total"] = *origin.total;
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

PartFile::PartFile(const fs::path& target)
    : target_(target),
      path_(with_ending(target, ".part")),
      origin_path_(with_ending(target, ".part.json")) {
  open();
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) stop("cannot be read");
  if (!S_ISREG(status.st_mode)) {
    ::close(std::exchange(descriptor_, -1));
    fail("[fetch] {}: is not a regular file; it was not changed", path_.string());
  }
  size_ = static_cast<uint64_t>(status.st_size);
  if (size_ > 0) read_origin();
}

PartFile::~PartFile() {
  // The lock is held until here, so no other process uses the empty file.
  if (!renamed_ && size_ == 0) {
    ::unlink(path_.c_str());
    ::unlink(origin_path_.c_str());
  }
  if (descriptor_ >= 0) ::close(descriptor_);
}

void PartFile::stop(const char* what) const {
  const std::string reason = std::strerror(errno);
  fail("[fetch] {}: {}: {}", path_.string(), what, reason);
}

void PartFile::open() {
  // Another process that has just finished may have renamed the file that was opened here.
  do {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor_ < 0) stop("cannot be written");
  } while (!lock());
}

/// Returns false if the file no longer has its name.
bool PartFile::lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(std::exchange(descriptor_, -1));
    fail("[fetch] {}: another process is downloading this file; wait for it or end it",
         path_.string());
  }
  struct stat opened{};
  struct stat named{};
  return ::fstat(descriptor_, &opened) == 0 && ::lstat(path_.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

void PartFile::read_origin() {
  constexpr uintmax_t max_bytes = 64 << 10;
  try {
    origin_ = parse_part_origin(read_file(origin_path_, max_bytes));
  } catch (const Error&) {
    origin_ = {};  // missing; then the download starts again
  }
}

void PartFile::set_origin(const PartOrigin& origin) {
  if (origin == origin_) return;
  std::ofstream out(origin_path_, std::ios::trunc);
  out << part_origin_text(origin) << std::flush;
  if (!out) fail("[fetch] {}: cannot be written", origin_path_.string());
  origin_ = origin;
}

void PartFile::check_space(uint64_t total) const {
  std::error_code error;
  const fs::space_info space = fs::space(path_, error);
  if (error || total <= size_) return;
  if (const uint64_t needed = total - size_; needed > space.available) {
    fail("[fetch] {}: needs {}, but the disk has only {} left", path_.string(), bytes_text(needed),
         bytes_text(space.available));
  }
}

void PartFile::append(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) stop("writing failed; what has arrived is kept");
    size_ += static_cast<uint64_t>(written);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
}

void PartFile::clear() {
  if (::ftruncate(descriptor_, 0) != 0) stop("cannot be emptied");
  size_ = 0;
}

std::optional<std::string> PartFile::sha256(const std::function<bool()>& stopped) const {
  return sha256_of_file(path_, stopped);
}

void PartFile::finish() {
  if (::fsync(descriptor_) != 0) stop("flushing to the disk failed");
  if (::rename(path_.c_str(), target_.c_str()) != 0) stop("renaming the finished file failed");
  renamed_ = true;
  ::unlink(origin_path_.c_str());
  // So that the new name survives a power failure; not every file system supports this.
  const Descriptor folder(
      ::open(target_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) ::fsync(folder.get());
}

fs::path PartFile::set_aside() {
  fs::path bad = with_ending(target_, ".bad");
  if (::rename(path_.c_str(), bad.c_str()) != 0) stop("renaming the damaged file failed");
  renamed_ = true;
  ::unlink(origin_path_.c_str());
  return bad;
}

std::optional<std::string> sha256_of_file(const fs::path& path,
                                          const std::function<bool()>& stopped) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  Sha256 hash;
  std::vector<uint8_t> buffer(size_t{1} << 20);
  for (;;) {
    if (stopped && stopped()) return std::nullopt;
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const std::string reason = std::strerror(errno);
      fail("[fetch] {}: cannot be read: {}", path.string(), reason);
    }
    if (count == 0) return sha256_text(hash.finish());
    hash.update(std::span(buffer).first(static_cast<size_t>(count)));
  }
}

}  // namespace convlab
