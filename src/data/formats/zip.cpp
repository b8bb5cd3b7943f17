
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/counted.h"
#include "core/error.h"
#include "data/formats/archive.h"
#include "data/formats/byte_stream.h"

namespace convlab {

namespace {

// PKWARE, APPNOTE.TXT 6.3.9, sections 4.3 and 4.5.3.
constexpr uint32_t end_mark = 0x06054b50;
constexpr uint32_t end64_mark = 0x06064b50;
constexpr uint32_t locator_mark = 0x07064b50;
constexpr uint32_t entry_mark = 0x02014b50;
constexpr size_t end_bytes = 22;
constexpr size_t end64_bytes = 56;
constexpr size_t locator_bytes = 20;
constexpr size_t entry_bytes = 46;
constexpr uint64_t max_comment_bytes = 0xffff;
constexpr uint64_t max_directory_bytes = uint64_t{1} << 30U;
constexpr uint32_t in_zip64 = 0xffffffff;  // the number is in the zip64 extra field

/// Where the central directory lies.
struct Directory {
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint64_t files = 0;
};

class ZipReader {
 public:
  explicit ZipReader(std::shared_ptr<const ByteSource> source)
      : archive_{.kind = ArchiveKind::zip, .source = std::move(source), .files = {}} {}

  Archive read() {
    const Directory directory = find_directory();
    const uint64_t size = archive_.source->size();
    if (directory.offset > size || directory.bytes > size - directory.offset ||
        directory.bytes > max_directory_bytes || directory.files > Archive::max_files) {
      refuse(directory.offset,
             fmt::format("a list of {} in {}", counted(directory.files, "file"),
                         counted(directory.bytes, "byte")),
             fmt::format("at most {} files and 1 GiB, within the archive", Archive::max_files));
    }
    const std::vector<uint8_t> bytes = archive_.source->read(directory.offset, directory.bytes);
    size_t at = 0;
    uint64_t count = 0;
    for (; at < bytes.size(); ++count) {
      if (count == Archive::max_files)
        refuse(directory.offset + at, "another file", fmt::format("at most {}", count));
      at += take(std::span(bytes).subspan(at), directory.offset + at);
    }
    // Some programs leave out the upper bits of a large number of files.
    if ((count & 0xffff) != (directory.files & 0xffff)) {
      refuse(directory.offset, fmt::format("a list of {}", counted(count, "file")),
             fmt::format("{}, as the end of the archive says", directory.files));
    }
    return std::move(archive_);
  }

 private:
  [[noreturn]] void refuse(uint64_t offset, const std::string& found,
                           const std::string& expected) const {
    fail("[archive] {}: byte {}: {}; expected {}", archive_.source->name(), offset, found,
         expected);
  }

  // The last record, after which only a comment follows, tells where the central directory is.
  Directory find_directory() const {
    const ByteSource& source = *archive_.source;
    const uint64_t count = std::min(source.size(), end_bytes + max_comment_bytes);
    const std::vector<uint8_t> tail = source.read(source.size() - count, count);
    for (size_t at = tail.size(); at-- > 0;) {
      if (tail.size() - at < end_bytes || little_endian_u32(tail, at) != end_mark) continue;
      const uint64_t offset = source.size() - count + at;
      const auto end = std::span(tail).subspan(at);
      // What looks like it in the comment is not followed by the rest of the archive.
      if (end.size() != end_bytes + little_endian_u16(end, 20)) continue;
      if (const std::optional<Directory> large = find_zip64(offset)) return *large;
      if (little_endian_u16(end, 4) != 0)
        refuse(offset, "one part of an archive in several", "a zip archive in one file");
      return {.offset = little_endian_u32(end, 16),
              .bytes = little_endian_u32(end, 12),
              .files = little_endian_u16(end, 10)};
    }
    refuse(source.size(), "the archive ends without the list of its files",
           "a complete zip archive");
  }

  std::optional<Directory> find_zip64(uint64_t end) const {
    if (end < locator_bytes) return std::nullopt;
    const std::vector<uint8_t> locator = archive_.source->read(end - locator_bytes, locator_bytes);
    if (little_endian_u32(locator, 0) != locator_mark) return std::nullopt;
    const uint64_t offset = little_endian_u64(locator, 8);
    const std::vector<uint8_t> record = archive_.source->read(offset, end64_bytes);
    if (little_endian_u32(record, 0) != end64_mark)
      refuse(offset, hex(record, 4), "the end of a large zip archive, 50 4b 06 06");
    return Directory{.offset = little_endian_u64(record, 48),
                     .bytes = little_endian_u64(record, 40),
                     .files = little_endian_u64(record, 32)};
  }

  /// Takes the entry at the start of `bytes` and returns its size.
  size_t take(std::span<const uint8_t> bytes, uint64_t offset) {
    if (bytes.size() < entry_bytes || little_endian_u32(bytes, 0) != entry_mark)
      refuse(offset, hex(bytes, 4), "an entry of the list of files, 50 4b 01 02");
    const size_t name_bytes = little_endian_u16(bytes, 28);
    const size_t extra_bytes = little_endian_u16(bytes, 30);
    const size_t all = entry_bytes + name_bytes + extra_bytes + little_endian_u16(bytes, 32);
    if (all > bytes.size()) refuse(offset, "the list of files is cut off", counted(all, "byte"));
    const auto name = bytes.subspan(entry_bytes, name_bytes);
    const std::string path(name.begin(), name.end());
    if (path.ends_with('/') || is_link(bytes)) return all;  // a folder or a link
    ArchiveFile file{.path = checked_path(path, archive_.source->name()),
                     .size = little_endian_u32(bytes, 24),
                     .offset = little_endian_u32(bytes, 42),
                     .stored_size = little_endian_u32(bytes, 20),
                     .crc = little_endian_u32(bytes, 16)};
    take_zip64(bytes.subspan(entry_bytes + name_bytes, extra_bytes), file, offset);
    take_method(bytes, file, offset);
    archive_.files.push_back(std::move(file));
    return all;
  }

  /// Whether Unix wrote a symbolic link, whose bytes are the path to which it leads.
  static bool is_link(std::span<const uint8_t> bytes) {
    constexpr uint16_t unix_system = 3;
    constexpr uint32_t type_mask = 0170000;
    constexpr uint32_t link_type = 0120000;
    return little_endian_u16(bytes, 4) >> 8 == unix_system &&
           (little_endian_u32(bytes, 38) >> 16 & type_mask) == link_type;
  }

  void take_method(std::span<const uint8_t> bytes, ArchiveFile& file, uint64_t offset) const {
    constexpr unsigned encrypted = 1;
    if ((little_endian_u16(bytes, 8) & encrypted) != 0) {
      refuse(offset, fmt::format("the file {} is protected by a password", file.path),
             "files without one: unpack it and pack the folder again");
    }
    const uint16_t method = little_endian_u16(bytes, 10);
    if (method != 0 && method != 8) {
      refuse(offset, fmt::format("the file {} is compressed by method {}", file.path, method),
             "no compression (0) or deflate (8), as most programs write");
    }
    file.compression = method == 0 ? Compression::none : Compression::deflate;
    if (method == 0 && file.size != file.stored_size) {
      refuse(offset,
             fmt::format("the file {} has two sizes, {} and {}", file.path, file.size,
                         file.stored_size),
             "one, as it is not compressed");
    }
  }

  /// Reads from the extra field numbers that do not fit into 32 bits, in this order.
  void take_zip64(std::span<const uint8_t> extra, ArchiveFile& file, uint64_t offset) const {
    constexpr uint16_t zip64 = 1;
    while (extra.size() >= 4) {
      const size_t bytes = little_endian_u16(extra, 2);
      if (bytes > extra.size() - 4) return;
      if (little_endian_u16(extra, 0) == zip64) {
        auto values = extra.subspan(4, bytes);
        for (uint64_t* number : {&file.size, &file.stored_size, &file.offset}) {
          if (*number != in_zip64) continue;
          if (values.size() < 8)
            refuse(offset, "a number of 64 bits is missing", "the sizes of a large file");
          *number = little_endian_u64(values, 0);
          values = values.subspan(8);
        }
        return;
      }
      extra = extra.subspan(4 + bytes);
    }
  }

  Archive archive_;
};

}  // namespace

Archive index_zip(std::shared_ptr<const ByteSource> source) {
  return ZipReader(std::move(source)).read();
}

}  // namespace convlab
