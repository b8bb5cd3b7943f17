#include "data/file.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

uintmax_t size_of(const fs::path& path, uintmax_t max) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) fail("[file] {}: no such file", path.string());
  if (!fs::is_regular_file(status)) fail("[file] {}: not a regular file", path.string());
  const uintmax_t size = fs::file_size(path, error);
  if (error) fail("[file] {}: {}", path.string(), error.message());
  if (size > max)
    fail("[file] {}: {}; expected at most {}", path.string(), counted(size, "byte"), max);
  return size;
}

std::vector<uint8_t> read_bytes(const fs::path& path, uintmax_t count) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("[file] {}: cannot be opened for reading", path.string());
  std::vector<uint8_t> bytes(static_cast<size_t>(count));
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count));
  if (static_cast<uintmax_t>(in.gcount()) != count) {
    fail("[file] {}: reading stopped at byte {} of {}", path.string(), in.gcount(), count);
  }
  return bytes;
}

}  // namespace

std::vector<uint8_t> read_file(const fs::path& path, uintmax_t max) {
  return read_bytes(path, size_of(path, max));
}

FileStart read_start(const fs::path& path, size_t count) {
  const uintmax_t size = size_of(path, max_file_bytes);
  return {read_bytes(path, std::min<uintmax_t>(size, count)), size};
}

}  // namespace convlab
