#include "data/formats/archive.h"

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

constexpr uint64_t piece_bytes = uint64_t{1} << 16U;

/// Passes on `count` bytes from `offset` of the archive until the sink returns false.
template <class Sink>
void read_pieces(const ByteSource& source, uint64_t offset, uint64_t count, const Sink& sink) {
  std::vector<uint8_t> piece(static_cast<size_t>(std::min(piece_bytes, count)));
  while (count > 0) {
    const auto bytes = std::span(piece).first(static_cast<size_t>(std::min(piece_bytes, count)));
    source.read(offset, bytes);
    if (!sink(std::span<const uint8_t>(bytes))) return;
    offset += bytes.size();
    count -= bytes.size();
  }
}

void inflate(const Archive& archive, const ArchiveFile& file, uint64_t offset,
             const ByteSink& sink) {
  uint64_t count = 0;
  const auto refuse = [&](const char* without_end) {
    fail("{}: damaged: {} inflate to {}{}; expected {}", where(archive, file),
         counted(file.stored_size, "byte"), count, without_end, file.size);
  };
  Inflater inflater(Inflater::Form::deflate, [&](std::span<const uint8_t> bytes) {
    count += bytes.size();
    if (count > file.size) refuse(" or more");
    sink(bytes);
  });
  read_pieces(*archive.source, offset, file.stored_size, [&](std::span<const uint8_t> bytes) {
    return inflater.write(bytes) && !inflater.ended();
  });
  if (!inflater.ended()) refuse(", without an end");
  if (count != file.size) refuse("");
}

/// Throws Error for sizes that cannot belong together.
void check_sizes(const Archive& archive, const ArchiveFile& file) {
  // As zlib's compressBound, whose numbers have 32 bits in the page.
  const uint64_t max_stored =
      file.size + (file.size >> 12U) + (file.size >> 14U) + (file.size >> 25U) + 13;
  if (file.stored_size > max_stored) {
    fail("{}: damaged: {} are stored as {}", where(archive, file), counted(file.size, "byte"),
         file.stored_size);
  }
  // Nothing larger is made than the stored bytes can inflate to.
  if (file.compression == Compression::deflate &&
      file.size / max_inflated_per_byte > file.stored_size)
    fail("{}: damaged: {} cannot inflate to {}", where(archive, file),
         counted(file.stored_size, "byte"), file.size);
}

}  // namespace

uint64_t data_offset(const Archive& archive, const ArchiveFile& file) {
  if (archive.kind == ArchiveKind::tar) return file.offset;
  std::array<uint8_t, local_header_bytes> header{};
  archive.source->read(file.offset, header);
  if (little_endian_u32(header, 0) != local_header_mark)
    fail("{}: byte {}: {}; expected the header of a file, 50 4b 03 04", where(archive, file),
         file.offset, hex(header, 4));
  return file.offset + local_header_bytes + little_endian_u16(header, 26) +
         little_endian_u16(header, 28);
}

void stream_archived(const Archive& archive, const ArchiveFile& file, const ByteSink& sink) {
  check_sizes(archive, file);
  const bool is_zip = archive.kind == ArchiveKind::zip;
  const uint64_t offset = data_offset(archive, file);
  uLong crc = 0;
  const auto pass = [&](std::span<const uint8_t> bytes) {
    if (is_zip) crc = crc32(crc, bytes.data(), static_cast<uInt>(bytes.size()));
    sink(bytes);
    return true;
  };
  if (file.compression == Compression::deflate) {
    inflate(archive, file, offset, pass);
  } else {
    read_pieces(*archive.source, offset, file.size, pass);
  }
  if (is_zip && crc != file.crc) fail("{}: damaged: its checksum is wrong", where(archive, file));
}

std::vector<uint8_t> read_archived(const Archive& archive, const ArchiveFile& file, uint64_t max) {
  if (file.size > max)
    fail("{}: {}; expected at most {}", where(archive, file), counted(file.size, "byte"), max);
  if (archive.kind == ArchiveKind::tar) return archive.source->read(file.offset, file.size);
  check_sizes(archive, file);
  std::vector<uint8_t> bytes;
  bytes.reserve(static_cast<size_t>(file.size));
  stream_archived(archive, file, [&](std::span<const uint8_t> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
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
