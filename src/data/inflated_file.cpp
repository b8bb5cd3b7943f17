#include "data/inflated_file.h"

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/byte_source.h"
#include "core/error.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t max_inflated = uint64_t{64} << 30U;
constexpr uint64_t chunk = uint64_t{1} << 20U;

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

struct InflateEnd {
  void operator()(z_stream* stream) const {
    inflateEnd(stream);
    delete stream;
  }
};

using Inflater = std::unique_ptr<z_stream, InflateEnd>;

Inflater make_inflater() {
  Inflater stream(new z_stream{});
  constexpr int gzip_window = 15 + 16;
  if (inflateInit2(stream.get(), gzip_window) != Z_OK) fail("[gzip] out of memory");
  return stream;
}

void inflate_into(const ByteSource& source, NewFile& out) {
  const Inflater stream = make_inflater();
  std::vector<uint8_t> inflated(chunk);
  uint64_t total = 0;
  bool ended = false;
  for (uint64_t at = 0; at < source.size(); at += chunk) {
    std::vector<uint8_t> bytes = source.read(at, std::min(chunk, source.size() - at));
    stream->next_in = bytes.data();
    stream->avail_in = static_cast<uInt>(bytes.size());
    while (stream->avail_in > 0 || stream->avail_out == 0) {
      if (ended) {
        // Another member, as gzip concatenates them, or zeros that tar has padded with.
        if (stream->avail_in == 0 || *stream->next_in == 0) break;
        inflateReset(stream.get());
        ended = false;
      }
      stream->next_out = inflated.data();
      stream->avail_out = static_cast<uInt>(inflated.size());
      const int result = inflate(stream.get(), Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        fail("[gzip] {} is damaged near byte {}: {}", source.name(), at + bytes.size(),
             stream->msg != nullptr ? stream->msg : "the stream is invalid");
      }
      const size_t count = inflated.size() - stream->avail_out;
      total += count;
      if (total > max_inflated) {
        fail("[gzip] {} inflates to more than {} GiB", source.name(), max_inflated >> 30U);
      }
      out.write(inflated.data(), count);
      ended = result == Z_STREAM_END;
      if (result == Z_BUF_ERROR) break;
    }
  }
  if (!ended) fail("[gzip] {} is truncated: it ends within the compressed data", source.name());
}

}  // namespace

std::vector<uint8_t> inflated_start(const ByteSource& source, size_t count) {
  const Inflater stream = make_inflater();
  std::vector<uint8_t> bytes = source.read(0, std::min(source.size(), chunk));
  std::vector<uint8_t> inflated(count);
  stream->next_in = bytes.data();
  stream->avail_in = static_cast<uInt>(bytes.size());
  stream->next_out = inflated.data();
  stream->avail_out = static_cast<uInt>(count);
  inflate(stream.get(), Z_NO_FLUSH);
  inflated.resize(count - stream->avail_out);
  return inflated;
}

fs::path inflated_file(const fs::path& file, const fs::path& cache) {
  const auto source = open_file(file);
  std::error_code error;
  const fs::path absolute = fs::absolute(file, error);
  const auto changed = fs::last_write_time(file, error).time_since_epoch().count();
  const std::string place = fmt::format("{}-{:016x}-", file.filename().string(),
                                        std::hash<std::string>()(absolute.string()));
  const fs::path path = cache / fmt::format("{}{}-{}", place, source->size(), changed);
  if (fs::is_regular_file(path, error)) return path;

  fs::create_directories(cache, error);
  if (error) fail("[file] {}: {}", cache.string(), error.message());
  NewFile out(cache / fmt::format("{}{}.part", place, getpid()));
  inflate_into(*source, out);
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

}  // namespace convlab
