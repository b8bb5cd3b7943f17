#include "data/formats/archive.h"

#define ZLIB_CONST  // makes next_in a pointer to const
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "core/counted.h"
#include "core/error.h"
#include "core/utf8.h"
#include "data/formats/byte_stream.h"

namespace convlab {

namespace {

constexpr size_t local_header_bytes = 30;
constexpr uint32_t local_header_mark = 0x04034b50;

std::string where(const Archive& archive, const ArchiveFile& file) {
  return fmt::format("[archive] {}: {}", archive.source->name(), file.path);
}

/// Returns where the bytes of a file of a zip archive begin.
uint64_t data_offset(const Archive& archive, const ArchiveFile& file) {
  std::array<uint8_t, local_header_bytes> header{};
  archive.source->read(file.offset, header);
  if (little_endian_u32(header, 0) != local_header_mark)
    fail("{}: byte {}: {}; expected the header of a file, 50 4b 03 04", where(archive, file),
         file.offset, hex(header, 4));
  return file.offset + local_header_bytes + little_endian_u16(header, 26) +
         little_endian_u16(header, 28);
}

std::vector<uint8_t> inflate(const Archive& archive, const ArchiveFile& file,
                             std::span<const uint8_t> stored) {
  std::vector<uint8_t> bytes(static_cast<size_t>(file.size) + 1);  // one more shows a wrong size
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    fail("{}: not enough memory", where(archive, file));
  stream.next_in = stored.data();
  stream.avail_in = static_cast<uInt>(stored.size());
  stream.next_out = bytes.data();
  stream.avail_out = static_cast<uInt>(bytes.size());
  const int result = inflate(&stream, Z_FINISH);
  const uint64_t count = stream.total_out;
  inflateEnd(&stream);
  if (result != Z_STREAM_END || count != file.size) {
    fail("{}: damaged: {} inflate to {}{}; expected {}", where(archive, file),
         counted(stored.size(), "byte"), count,
         result == Z_STREAM_END ? "" : " or more, without an end", file.size);
  }
  bytes.pop_back();
  return bytes;
}

}  // namespace

std::vector<uint8_t> read_archived(const Archive& archive, const ArchiveFile& file, uint64_t max) {
  constexpr uint64_t max_zlib = uint64_t{1} << 31U;  // its counts have 32 bits
  if (file.size > max || file.size >= max_zlib)
    fail("{}: {}; expected at most {}", where(archive, file), counted(file.size, "byte"),
         std::min(max, max_zlib - 1));
  if (file.stored_size > compressBound(static_cast<uLong>(file.size)))
    fail("{}: damaged: {} are stored as {}", where(archive, file), counted(file.size, "byte"),
         file.stored_size);
  if (archive.kind == ArchiveKind::tar) return archive.source->read(file.offset, file.size);
  // Nothing larger is allocated than the stored bytes can make.
  if (file.compression == Compression::deflate &&
      file.size > file.stored_size * max_inflated_per_byte)
    fail("{}: damaged: {} cannot inflate to {}", where(archive, file),
         counted(file.stored_size, "byte"), file.size);
  std::vector<uint8_t> bytes = archive.source->read(data_offset(archive, file), file.stored_size);
  if (file.compression == Compression::deflate) bytes = inflate(archive, file, bytes);
  const auto crc = crc32(0, bytes.data(), static_cast<uInt>(bytes.size()));
  if (crc != file.crc) fail("{}: damaged: its checksum is wrong", where(archive, file));
  return bytes;
}

std::string checked_path(const std::string& path, const std::string& source) {
  const std::string shown = escaped_utf8(path);
  if (shown.size() > Archive::max_path_bytes) {
    fail("[archive] {}: the name of a file has {}; expected at most {}", source,
         counted(shown.size(), "byte"), Archive::max_path_bytes);
  }
  std::string checked;
  size_t begin = 0;
  while (begin <= shown.size()) {
    const size_t end = std::min(shown.find('/', begin), shown.size());
    const std::string name = shown.substr(begin, end - begin);
    begin = end + 1;
    if (name == ".." || shown.starts_with('/')) {
      fail("[archive] {}: the file {} leads out of the archive; expected a path within it", source,
           shown);
    }
    if (name.empty() || name == ".") continue;
    checked.append(checked.empty() ? "" : "/").append(name);
  }
  if (checked.empty()) fail("[archive] {}: a file without a name; expected a path", source);
  return checked;
}

}  // namespace convlab
