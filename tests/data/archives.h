#pragma once

#include <array>
#include <cstdio>

#include "data/bytes.h"

/// Archives as other programs write them, and damaged ones.
namespace convlab {

struct TarEntry {
  std::string path;
  Bytes bytes;
  char type = '0';
  std::string prefix = {};
};

/// One header with its checksum and the bytes, padded to blocks of 512.
inline Bytes tar_entry(const TarEntry& entry) {
  Bytes block(512);
  const auto put = [&](size_t at, const std::string& text) {
    std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
  };
  std::array<char, 16> digits{};
  put(0, entry.path);
  put(100, "0000644");
  std::snprintf(digits.data(), digits.size(), "%011zo", entry.bytes.size());
  put(124, digits.data());
  put(148, "        ");
  block[156] = static_cast<uint8_t>(entry.type);
  put(257, "ustar");
  put(263, "00");
  put(345, entry.prefix);
  unsigned sum = 0;
  for (const uint8_t byte : block) sum += byte;
  std::snprintf(digits.data(), digits.size(), "%06o", sum);
  put(148, std::string(digits.data()) + '\0' + ' ');
  add_bytes(block, entry.bytes);
  block.resize((block.size() + 511) / 512 * 512);
  return block;
}

inline Bytes make_tar(const std::vector<TarEntry>& entries) {
  Bytes bytes;
  for (const TarEntry& entry : entries) add_bytes(bytes, tar_entry(entry));
  bytes.resize(bytes.size() + 1024);
  return bytes;
}

/// "LENGTH KEY=VALUE\n" of an extended header, where the length counts its own digits.
inline Bytes pax_record(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) ++length;
  const std::string record = std::to_string(length) + rest;
  return {record.begin(), record.end()};
}

struct ZipEntry {
  std::string path;
  Bytes bytes;
  bool deflate = false;
  uint16_t flags = 0;
  uint16_t method = 0;  ///< unless 0, the method that is claimed
  bool link = false;    ///< a symbolic link, as Unix writes it
};

inline void add_u16(Bytes& bytes, uint16_t value) {
  bytes.push_back(static_cast<uint8_t>(value));
  bytes.push_back(static_cast<uint8_t>(value >> 8));
}

inline Bytes raw_deflate(const Bytes& bytes) {
  // A gzip member without its header of ten bytes and its end of eight.
  Bytes member = gzip(bytes);
  return {member.begin() + 10, member.end() - 8};
}

/// Those fields that the local header and the list of files have in common.
inline void add_zip_fields(Bytes& bytes, const ZipEntry& entry, const Bytes& stored) {
  add_u16(bytes, 20);
  add_u16(bytes, entry.flags);
  add_u16(bytes, entry.method != 0 ? entry.method : entry.deflate ? 8 : 0);
  add_u16(bytes, 0);
  add_u16(bytes, 0);
  add_little_endian(bytes, static_cast<uint32_t>(crc32(0, entry.bytes.data(),
                                                       static_cast<uInt>(entry.bytes.size()))));
  add_little_endian(bytes, static_cast<uint32_t>(stored.size()));
  add_little_endian(bytes, static_cast<uint32_t>(entry.bytes.size()));
  add_u16(bytes, static_cast<uint16_t>(entry.path.size()));
}

inline Bytes make_zip(const std::vector<ZipEntry>& entries, const std::string& comment = {}) {
  Bytes bytes;
  Bytes list;
  for (const ZipEntry& entry : entries) {
    const auto offset = static_cast<uint32_t>(bytes.size());
    const Bytes stored = entry.deflate ? raw_deflate(entry.bytes) : entry.bytes;
    const Bytes path(entry.path.begin(), entry.path.end());
    add_little_endian(bytes, 0x04034b50);
    add_zip_fields(bytes, entry, stored);
    add_u16(bytes, 3);  // an extra field here, but not in the list
    add_bytes(bytes, path);
    bytes.resize(bytes.size() + 3);
    add_bytes(bytes, stored);
    add_little_endian(list, 0x02014b50);
    add_u16(list, entry.link ? 0x0314 : 20);  // made by Unix, version 2.0
    add_zip_fields(list, entry, stored);
    list.resize(list.size() + 8);
    add_little_endian(list, entry.link ? 0xa1ff0000 : 0);  // with mode lrwxrwxrwx
    add_little_endian(list, offset);
    add_bytes(list, path);
  }
  const auto offset = static_cast<uint32_t>(bytes.size());
  add_bytes(bytes, list);
  add_little_endian(bytes, 0x06054b50);
  add_little_endian(bytes, 0);
  add_u16(bytes, static_cast<uint16_t>(entries.size()));
  add_u16(bytes, static_cast<uint16_t>(entries.size()));
  add_little_endian(bytes, static_cast<uint32_t>(list.size()));
  add_little_endian(bytes, offset);
  add_u16(bytes, static_cast<uint16_t>(comment.size()));
  bytes.insert(bytes.end(), comment.begin(), comment.end());
  return bytes;
}

}  // namespace convlab
