#include "data/formats/shard.h"

#include <fmt/format.h>
#include <algorithm>
#include <string_view>

#include "core/counted.h"
#include "data/formats/byte_stream.h"

namespace convlab {

namespace {

constexpr std::string_view magic = "CVLSHRD1";
constexpr int64_t max_bytes = int64_t{1} << 28;

struct Field {
  const char* what;
  int64_t max;
};
constexpr Field fields[] = {
    {"images", 65536}, {"rows", 4096}, {"columns", 4096}, {"channels", 4}, {"classes", 256}};

void check_magic(ByteStream& stream, std::span<const uint8_t> bytes) {
  const auto is_magic = [](std::span<const uint8_t> found) {
    return std::equal(magic.begin(), magic.end(), found.begin(), found.end());
  };
  if (!stream.gzip() && (bytes.size() < magic.size() || !is_magic(bytes.first(magic.size())))) {
    stream.reject("byte 0: found {}; expected 1f 8b (gzip) or {}", hex(bytes, magic.size()), magic);
  }
  const std::vector<uint8_t> found = stream.read(magic.size(), "the magic number");
  if (!is_magic(found)) {
    stream.reject("byte 0 of the inflated data: found {}; expected {}", hex(found, magic.size()),
                  magic);
  }
}

}  // namespace

Shard parse_shard(std::span<const uint8_t> bytes, const std::string& source) {
  ByteStream stream(bytes, "shard", source);
  check_magic(stream, bytes);
  const std::vector<uint8_t> header = stream.read(4 * std::size(fields), "the header");
  int64_t values[std::size(fields)] = {};
  for (size_t i = 0; i < std::size(fields); ++i) {
    values[i] = little_endian_u32(header, 4 * i);
    if (values[i] < 1 || values[i] > fields[i].max) {
      stream.reject("byte {}: found {} {}; expected 1 to {}", magic.size() + 4 * i, values[i],
                    fields[i].what, fields[i].max);
    }
  }
  Shard shard;
  const int64_t count = values[0];
  shard.image = {values[1], values[2], values[3]};
  shard.classes = values[4];
  const int64_t size = count * shard.image.elements();
  const std::string what = fmt::format("a shard of {} of {}", counted(count, "image"), shard.image);
  if (size > max_bytes) {
    stream.reject("found {}, {}; expected at most {}", what, counted(size, "byte"), max_bytes);
  }
  const size_t labels_at = magic.size() + header.size();
  shard.labels = stream.read(static_cast<uint64_t>(count), counted(count, "label"));
  shard.images = stream.read(static_cast<uint64_t>(size), what);
  stream.expect_end();
  for (size_t i = 0; i < shard.labels.size(); ++i) {
    if (shard.labels[i] >= shard.classes) {
      stream.reject("byte {}: label {} of image {} is out of range; expected 0 to {}",
                    labels_at + i, int{shard.labels[i]}, i, shard.classes - 1);
    }
  }
  return shard;
}

}  // namespace convlab
