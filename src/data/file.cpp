#include "data/file.h"

#include <fstream>
#include <system_error>

#include "core/error.h"

namespace convlab {

namespace fs = std::filesystem;

std::vector<uint8_t> read_file(const fs::path& path) {
  constexpr uintmax_t max = uintmax_t{1} << 31;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) fail("[file] ", path.string(), ": no such file");
  if (!fs::is_regular_file(status)) fail("[file] ", path.string(), ": not a regular file");
  const uintmax_t size = fs::file_size(path, error);
  if (error) fail("[file] ", path.string(), ": ", error.message());
  if (size > max) {
    fail("[file] ", path.string(), ": ", size, " bytes; expected at most ", max);
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("[file] ", path.string(), ": cannot be opened for reading");
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<uintmax_t>(in.gcount()) != size) {
    fail("[file] ", path.string(), ": reading stopped at byte ", in.gcount(), " of ", size);
  }
  return bytes;
}

}  // namespace convlab
