
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "core/counted.h"
#include "core/error.h"
#include "data/formats/archive.h"

namespace convlab {

namespace {

constexpr uint64_t block_bytes = 512;
constexpr uint64_t max_extra_bytes = uint64_t{1} << 20U;  // of a pax header or a long name

using Block = std::array<uint8_t, block_bytes>;

/// A field of a header block (POSIX.1-2017, pax, "ustar Interchange Format").
struct Field {
  size_t at = 0;
  size_t bytes = 0;
};
constexpr Field name_field{0, 100};
constexpr Field size_field{124, 12};
constexpr Field checksum_field{148, 8};
constexpr Field magic_field{257, 6};
constexpr Field prefix_field{345, 155};
constexpr size_t type_at = 156;

std::string_view text_of(const Block& block, Field field) {
  const std::string_view all(reinterpret_cast<const char*>(block.data()) + field.at, field.bytes);
  return all.substr(0, all.find('\0'));
}

/// Octal digits, or in GNU's extension, marked by the first bit, a big-endian number. Nothing for
/// anything else.
std::optional<uint64_t> number_of(const Block& block, Field field) {
  if (block[field.at] == 0x80) {
    uint64_t value = 0;
    for (size_t i = 1; i < field.bytes; ++i) {
      if (value >> 56U != 0) return std::nullopt;
      value = value << 8U | block[field.at + i];
    }
    return value;
  }
  std::string_view text = text_of(block, field);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  text = text.substr(0, text.find(' '));
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The sum of all bytes, those of the checksum taken as spaces.
uint64_t checksum_of(const Block& block) {
  uint64_t sum = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    const bool own = i >= checksum_field.at && i < checksum_field.at + checksum_field.bytes;
    sum += own ? uint64_t{' '} : block[i];
  }
  return sum;
}

/// Reads the headers of a tar archive one after another.
class TarReader {
 public:
  explicit TarReader(std::shared_ptr<const ByteSource> source)
      : archive_{.kind = ArchiveKind::tar, .source = std::move(source), .files = {}} {}

  Archive read() {
    while (next_entry()) {
    }
    return std::move(archive_);
  }

 private:
  [[noreturn]] void refuse(const std::string& found, const std::string& expected) const {
    fail("[archive] {}: byte {}: {}; expected {}", archive_.source->name(), offset_, found,
         expected);
  }

  // An archive ends with blocks of zeros, which some programs leave out.
  bool next_entry() {
    const ByteSource& source = *archive_.source;
    if (offset_ == source.size()) {
      if (is_continued()) refuse("the archive ends", "the file of the name before");
      if (offset_ == 0) refuse("no bytes", "a tar archive");
      return false;
    }
    if (source.size() - offset_ < block_bytes)
      refuse(counted(source.size() - offset_, "byte"), "a header of 512 bytes");
    Block block{};
    source.read(offset_, block);
    if (std::all_of(block.begin(), block.end(), [](uint8_t byte) { return byte == 0; })) {
      if (is_continued()) refuse("the archive ends", "the file of the name before");
      if (offset_ == 0) refuse("zeros", "a tar archive");
      return false;
    }
    if (number_of(block, checksum_field) != checksum_of(block))
      refuse("a wrong checksum", "the header of a file in a tar archive");
    take(block);
    return true;
  }

  void take(const Block& block) {
    const std::optional<uint64_t> size = number_of(block, size_field);
    const auto type = static_cast<char>(block[type_at]);
    const bool is_extra = type == 'x' || type == 'L' || type == 'g' || type == 'K';
    const uint64_t bytes = is_extra ? size.value_or(0) : pax_size_.value_or(size.value_or(0));
    if (!size) refuse("a size that is no number", "octal digits");
    const uint64_t begin = offset_ + block_bytes;
    if (bytes > archive_.source->size() - begin) {
      refuse(
          fmt::format("a file of {}, after which the archive is cut off", counted(bytes, "byte")),
          fmt::format("at most {}", archive_.source->size() - begin));
    }
    if (type == 'x' || type == 'L') {
      take_extra(type, archive_.source->read(begin, std::min(bytes, max_extra_bytes + 1)));
    } else if (!is_extra) {
      if (type == 'S') refuse_sparse();
      const bool is_file = type == '0' || type == '\0' || type == '7';
      if (is_file) add(path_of(block), begin, bytes);
      path_.reset();
      pax_size_.reset();
    }
    // Padded to whole blocks; the padding of the last file may be missing.
    const uint64_t padded = (bytes + block_bytes - 1) / block_bytes * block_bytes;
    offset_ = begin + std::min(padded, archive_.source->size() - begin);
  }

  [[noreturn]] void refuse_sparse() const {
    refuse("a sparse file", "whole ones: pack the folder again without --sparse");
  }

  bool is_continued() const { return path_ || pax_size_; }

  void take_extra(char type, const std::vector<uint8_t>& bytes) {
    if (bytes.size() > max_extra_bytes)
      refuse("an extended header of more than 1 MiB", "a smaller one");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (type == 'L') {
      path_ = text.substr(0, text.find('\0'));
    } else {
      take_pax(text);
    }
  }

  /// Records "LENGTH KEY=VALUE\n", of which the length counts all.
  void take_pax(std::string_view text) {
    while (!text.empty()) {
      const auto [length, value_at] = record_length(text);
      const std::string_view record = text.substr(0, length);
      const size_t equals = record.find('=', value_at);
      if (equals == std::string_view::npos || record.back() != '\n')
        refuse("a damaged extended header", "records LENGTH KEY=VALUE");
      const std::string_view key = record.substr(value_at, equals - value_at);
      const std::string_view value = record.substr(equals + 1, length - equals - 2);
      if (key == "path") path_ = value;
      if (key == "size") pax_size_ = decimal(value);
      if (key.starts_with("GNU.sparse.")) refuse_sparse();
      text.remove_prefix(length);
    }
  }

  struct RecordLength {
    size_t length = 0;
    size_t value_at = 0;
  };
  RecordLength record_length(std::string_view text) const {
    const size_t space = text.find(' ');
    const uint64_t length = decimal(text.substr(0, std::min(space, text.size())));
    if (space == std::string_view::npos || length <= space + 1 || length > text.size())
      refuse("a damaged extended header", "records LENGTH KEY=VALUE");
    return {static_cast<size_t>(length), space + 1};
  }

  uint64_t decimal(std::string_view text) const {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      refuse("a number that is none in an extended header", "decimal digits");
    return value;
  }

  std::string path_of(const Block& block) const {
    if (path_) return *path_;
    const std::string name(text_of(block, name_field));
    // Only in POSIX's form: in GNU's, other data lie there.
    const bool has_prefix = text_of(block, magic_field) == "ustar";
    const std::string prefix(has_prefix ? text_of(block, prefix_field) : std::string_view());
    return prefix.empty() ? name : prefix + "/" + name;
  }

  void add(const std::string& path, uint64_t begin, uint64_t bytes) {
    if (path.ends_with('/')) return;  // a folder, in the oldest form
    if (archive_.files.size() == Archive::max_files)
      refuse("another file", fmt::format("at most {}", Archive::max_files));
    archive_.files.push_back({.path = checked_path(path, archive_.source->name()),
                              .size = bytes,
                              .offset = begin,
                              .stored_size = bytes});
  }

  Archive archive_;
  uint64_t offset_ = 0;
  std::optional<std::string> path_;  // of the next file, from an extended header
  std::optional<uint64_t> pax_size_;
};

}  // namespace

Archive index_tar(std::shared_ptr<const ByteSource> source) {
  return TarReader(std::move(source)).read();
}

}  // namespace convlab
