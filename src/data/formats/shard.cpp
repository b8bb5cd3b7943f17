#include "data/formats/shard.h"

#include <fmt/format.h>
#include <algorithm>
#include <string_view>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "core/sha256.h"
#include "data/formats/byte_stream.h"

namespace convlab {

namespace {

constexpr std::string_view magic = "CVLSHRD2";

struct Field {
  const char* what;
  int64_t min;
  int64_t max;
};
constexpr Field fields[] = {{"for the kind", 0, 1}, {"images", 1, 1 << 19}, {"rows", 1, 4096},
                            {"columns", 1, 4096},   {"channels", 1, 4},     {"classes", 1, 65535}};
constexpr size_t header_bytes = magic.size() + 4 * std::size(fields);

void add_number(std::vector<uint8_t>& bytes, uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

std::vector<uint16_t> read_labels(ByteStream& stream, size_t count, int64_t classes) {
  const std::vector<uint8_t> bytes = stream.read(2 * count, counted(count, "label"));
  std::vector<uint16_t> labels(count);
  for (size_t i = 0; i < count; ++i) {
    labels[i] = little_endian_u16(bytes, 2 * i);
    if (labels[i] >= classes) {
      stream.reject("byte {}: label {} of image {} is out of range; expected 0 to {}",
                    header_bytes + 2 * i, labels[i], i, classes - 1);
    }
  }
  return labels;
}

std::vector<uint32_t> read_sizes(ByteStream& stream, size_t count) {
  const std::vector<uint8_t> bytes = stream.read(4 * count, counted(count, "size"));
  std::vector<uint32_t> sizes(count);
  for (size_t i = 0; i < count; ++i) sizes[i] = little_endian_u32(bytes, 4 * i);
  return sizes;
}

}  // namespace

uint64_t shard_header_bytes(ShardKind kind, uint64_t count) {
  return header_bytes + count * (kind == ShardKind::encoded ? 2 + 4 : 2);
}

Shard parse_shard(std::span<const uint8_t> bytes, const std::string& source) {
  if (bytes.size() < magic.size() || !std::equal(magic.begin(), magic.end(), bytes.begin())) {
    fail("[shard] {}: byte 0: found {}; expected {}", source, hex(bytes, magic.size()), magic);
  }
  ByteStream stream(bytes, "shard", source);
  const std::vector<uint8_t> header = stream.read(header_bytes, "the header");
  int64_t values[std::size(fields)] = {};
  for (size_t i = 0; i < std::size(fields); ++i) {
    const size_t at = magic.size() + 4 * i;
    values[i] = little_endian_u32(header, at);
    if (values[i] < fields[i].min || values[i] > fields[i].max) {
      stream.reject("byte {}: found {} {}; expected {} to {}", at, values[i], fields[i].what,
                    fields[i].min, fields[i].max);
    }
  }
  Shard shard{.kind = values[0] == 1 ? ShardKind::encoded : ShardKind::pixels,
              .image = {values[2], values[3], values[4]},
              .classes = values[5]};
  const auto count = static_cast<size_t>(values[1]);
  const uint64_t max = count == 1 ? max_large_shard_bytes : max_shard_bytes;
  if (bytes.size() > max) {
    stream.reject("found {} for {}; expected at most {}", counted(bytes.size(), "byte"),
                  counted(count, "image"), max);
  }
  shard.labels = read_labels(stream, count, shard.classes);
  uint64_t size = count * static_cast<uint64_t>(shard.image.elements());
  if (shard.kind == ShardKind::encoded) {
    shard.sizes = read_sizes(stream, count);
    size = 0;
    for (const uint32_t one : shard.sizes) size += one;
  }
  shard.images = stream.read(size, counted(count, "image"));
  stream.expect_end();
  return shard;
}

std::vector<uint8_t> encode_shard(const Shard& shard) {
  std::vector<uint8_t> bytes(magic.begin(), magic.end());
  bytes.reserve(shard_header_bytes(shard.kind, shard.labels.size()) + shard.images.size());
  add_number(bytes, shard.kind == ShardKind::encoded ? 1 : 0, 4);
  add_number(bytes, shard.labels.size(), 4);
  for (size_t i = 0; i < 3; ++i) add_number(bytes, static_cast<uint64_t>(shard.image[i]), 4);
  add_number(bytes, static_cast<uint64_t>(shard.classes), 4);
  for (const uint16_t label : shard.labels) add_number(bytes, label, 2);
  for (const uint32_t size : shard.sizes) add_number(bytes, size, 4);
  bytes.insert(bytes.end(), shard.images.begin(), shard.images.end());
  return bytes;
}

std::vector<uint8_t> inflate_shard(std::span<const uint8_t> file, const ShardCheck& expected,
                                   const std::string& source) {
  const auto refuse = [&](const std::string& why) {
    fail("[shard] {} is damaged: {}. Copy the file to the server again, then retry.", source, why);
  };
  const bool begins_as_shard =
      file.size() >= magic.size() && std::equal(magic.begin(), magic.end(), file.begin());
  if (!begins_as_shard && !(file.size() >= 2 && file[0] == 0x1f && file[1] == 0x8b)) {
    refuse(fmt::format("it begins with {}; expected 1f 8b (gzip) or {}", hex(file, magic.size()),
                       magic));
  }
  if (begins_as_shard && file.size() != expected.size) {
    refuse(fmt::format("it has {}; expected {}", counted(file.size(), "byte"), expected.size));
  }
  std::vector<uint8_t> bytes;
  try {
    ByteStream stream(file, "gzip", "data");
    bytes = stream.read(expected.size, "the shard");
    stream.expect_end();
  } catch (const Error& error) {
    constexpr std::string_view prefix = "[gzip] data: ";
    refuse(std::string(error.what()).substr(prefix.size()));
  }
  Sha256 hash;
  hash.update(bytes);
  if (const std::string found = sha256_text(hash.finish()); found != expected.sha256)
    refuse(fmt::format("its SHA-256 is {}; expected {}", found, expected.sha256));
  return bytes;
}

}  // namespace convlab
