#include "data/inflated_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/byte_source.h"
#include "core/error.h"
#include "core/format.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t max_inflated = uint64_t{64} << 30U;
constexpr uint64_t max_ratio = 200;
constexpr uint64_t always_allowed = uint64_t{64} << 20U;
constexpr uint64_t chunk = uint64_t{1} << 20U;
constexpr uint64_t probe = 4096;

/// A file that is deleted again unless it is kept.
class NewFile {
 public:
  explicit NewFile(fs::path path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wb")) {
    if (file_ == nullptr) fail("[file] {}: {}", path_.string(), std::strerror(errno));
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (file_ != nullptr) std::fclose(file_);
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
  }

  void write(const uint8_t* bytes, size_t count) {
    if (std::fwrite(bytes, 1, count, file_) != count) fail_write();
  }
  void keep_as(const fs::path& path) {
    FILE* file = std::exchange(file_, nullptr);
    const bool flushed = std::fflush(file) == 0;
    if (std::fclose(file) != 0 || !flushed) fail_write();
    std::error_code error;
    fs::rename(path_, path, error);
    if (error) fail("[file] {}: {}", path.string(), error.message());
    path_.clear();
  }

 private:
  [[noreturn]] void fail_write() const {
    fail("[file] {}: {}. The archive is inflated there once; make room, or set XDG_CACHE_HOME",
         path_.string(), std::strerror(errno));
  }

  fs::path path_;
  FILE* file_;
};

void inflate_into(const ByteSource& source, const ByteSink& sink) {
  Inflater inflater(Inflater::Form::gzip, sink);
  for (uint64_t at = 0; at < source.size(); at += chunk) {
    const std::vector<uint8_t> bytes = source.read(at, std::min(chunk, source.size() - at));
    if (!inflater.write(bytes)) {
      fail("[gzip] {} is damaged near byte {}: {}", source.name(), at + bytes.size(),
           inflater.problem());
    }
  }
  if (!inflater.ended())
    fail("[gzip] {} is truncated: it ends within the compressed data", source.name());
}

}  // namespace

std::vector<uint8_t> inflated_start(const ByteSource& source, size_t count) {
  std::vector<uint8_t> start;
  Inflater inflater(Inflater::Form::gzip, [&](std::span<const uint8_t> bytes) {
    const auto more = bytes.first(std::min(bytes.size(), count - start.size()));
    start.insert(start.end(), more.begin(), more.end());
  });
  for (uint64_t at = 0; at < std::min(source.size(), chunk) && start.size() < count; at += probe) {
    if (!inflater.write(source.read(at, std::min(probe, source.size() - at)))) break;
  }
  return start;
}

InflateLimit::InflateLimit(const ByteSource& archive)
    : name_(archive.name()),
      max_(std::clamp(
          archive.size() < max_inflated / max_ratio ? archive.size() * max_ratio : max_inflated,
          always_allowed, max_inflated)) {}

void InflateLimit::add(uint64_t bytes) {
  count_ += bytes;
  if (count_ <= max_) return;
  fail("[archive] {} inflates to more than {}; expected at most {} times its size, or {}", name_,
       bytes_text(max_), max_ratio, bytes_text(always_allowed));
}

fs::path cached_file(const fs::path& file, const std::string& part, const fs::path& cache,
                     const std::function<void(const ByteSink&)>& write) {
  std::error_code error;
  const std::string place =
      fmt::format("{}-{:016x}-", file.filename().string(),
                  std::hash<std::string>()(fs::absolute(file, error).string() +
                                           (part.empty() ? "" : "\n") + part));
  const auto changed = fs::last_write_time(file, error).time_since_epoch().count();
  const fs::path path = cache / fmt::format("{}{}-{}", place, fs::file_size(file, error), changed);
  if (fs::is_regular_file(path, error)) return path;

  fs::create_directories(cache, error);
  if (error) fail("[file] {}: {}", cache.string(), error.message());
  NewFile out(cache / fmt::format("{}{}.part", place, getpid()));
  write([&](std::span<const uint8_t> bytes) { out.write(bytes.data(), bytes.size()); });
  const auto minute_ago = fs::file_time_type::clock::now() - std::chrono::minutes(1);
  for (const fs::directory_entry& other : fs::directory_iterator(cache, error)) {
    const std::string name = other.path().filename().string();
    std::error_code ignored;
    const bool is_part = name.ends_with(".part");
    // Another process may be at work on its own part; one that was killed left it behind.
    const bool is_used = is_part && fs::last_write_time(other.path(), ignored) > minute_ago;
    if (name.starts_with(place) && !is_used) fs::remove(other.path(), ignored);
  }
  out.keep_as(path);
  return path;
}

fs::path inflated_file(const fs::path& file, const fs::path& cache) {
  return cached_file(file, "", cache, [&](const ByteSink& sink) {
    const auto source = open_file(file);
    InflateLimit limit(*source);
    inflate_into(*source, [&](std::span<const uint8_t> bytes) {
      limit.add(bytes.size());
      sink(bytes);
    });
  });
}

}  // namespace convlab
