#include "data/formats/shard.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string_view>

#include "core/error.h"
#include "data/bytes.h"
#include "data/shards.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

const Bytes images{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

/// Two images of 1×2×3 pixels in 4 classes.
const Shard pixels{.kind = ShardKind::pixels,
                   .image = {1, 2, 3},
                   .classes = 4,
                   .labels = {2, 0},
                   .sizes = {},
                   .images = images};
/// Three files of 5, 0 and 7 bytes in 1,000 classes.
const Shard encoded{.kind = ShardKind::encoded,
                    .image = {96, 96, 3},
                    .classes = 1000,
                    .labels = {999, 0, 256},
                    .sizes = {5, 0, 7},
                    .images = images};

/// Replaces the 32-bit number at byte `at`.
Bytes with_number(Bytes bytes, size_t at, uint32_t value) {
  Bytes number;
  add_little_endian(number, value);
  std::copy(number.begin(), number.end(), bytes.begin() + static_cast<int64_t>(at));
  return bytes;
}

void check_error(const Bytes& bytes, const std::string& text) {
  CHECK_THROWS_MATCHES(
      parse_shard(bytes, "train-0003.bin"), Error,
      MessageMatches(ContainsSubstring("[shard] train-0003.bin: ") && ContainsSubstring(text)));
}

void check_damaged(const Bytes& file, const ShardCheck& expected, const std::string& text) {
  CHECK_THROWS_MATCHES(inflate_shard(file, expected, "train-0003.bin.gz"), Error,
                       MessageMatches(ContainsSubstring("train-0003.bin.gz is damaged: ") &&
                                      ContainsSubstring(text)));
}

}  // namespace

TEST_CASE("shard: what was encoded is read again, for both kinds") {
  for (const Shard& shard : {pixels, encoded}) {
    const Bytes bytes = encode_shard(shard);
    CHECK(bytes.size() == shard_header_bytes(shard.kind, shard.labels.size()) + images.size());
    const Shard read = parse_shard(bytes, "shard");
    CHECK(read.kind == shard.kind);
    CHECK(read.image == shard.image);
    CHECK(read.classes == shard.classes);
    CHECK(read.labels == shard.labels);
    CHECK(read.sizes == shard.sizes);
    CHECK(read.images == shard.images);
  }
}

TEST_CASE("shard: the bytes are those that docs/files.md lists") {
  Bytes expected{'C', 'V', 'L', 'S', 'H', 'R', 'D', '2'};
  for (const uint32_t field : {1U, 3U, 96U, 96U, 3U, 1000U}) add_little_endian(expected, field);
  add_bytes(expected, Bytes{0xe7, 3, 0, 0, 0, 1});
  for (const uint32_t size : {5U, 0U, 7U}) add_little_endian(expected, size);
  add_bytes(expected, images);
  CHECK(encode_shard(encoded) == expected);
}

TEST_CASE("shard: numbers out of range are refused with their position") {
  const Bytes bytes = encode_shard(pixels);
  check_error(with_number(bytes, 0, 0), "byte 0: found 00 00 00 00 48 52 44 32; expected CVLSHRD2");
  check_error(with_number(bytes, 8, 2), "byte 8: found 2 for the kind; expected 0 to 1");
  check_error(with_number(bytes, 12, 0), "byte 12: found 0 images; expected 1 to 524288");
  check_error(with_number(bytes, 16, 5000), "byte 16: found 5000 rows; expected 1 to 4096");
  check_error(with_number(bytes, 20, 0), "byte 20: found 0 columns");
  check_error(with_number(bytes, 24, 5), "byte 24: found 5 channels; expected 1 to 4");
  check_error(with_number(bytes, 28, 65536), "byte 28: found 65536 classes; expected 1 to 65535");
  check_error(with_number(bytes, 28, 2),
              "byte 32: label 2 of image 0 is out of range; expected 0 to 1");
  check_error({}, "byte 0: found nothing");
}

TEST_CASE("shard: bytes that are too few or too many are refused") {
  for (const Shard& shard : {pixels, encoded}) {
    const Bytes whole = encode_shard(shard);
    for (size_t size = 8; size < whole.size(); ++size)
      check_error(Bytes(whole.begin(), whole.begin() + static_cast<int64_t>(size)), "truncated");
    Bytes longer = whole;
    longer.push_back(0);
    check_error(longer, "found 1 byte after byte");
  }
  check_error(with_number(encode_shard(encoded), 32 + 6, 6), "truncated: 3 images needs 13 bytes");
  check_error(with_number(encode_shard(encoded), 32 + 6, UINT32_MAX), "truncated: 3 images");
}

TEST_CASE("shard: only one of a single image may be larger than a mebibyte") {
  Shard large{.kind = ShardKind::encoded,
              .image = {96, 96, 3},
              .classes = 2,
              .labels = {1},
              .sizes = {1 << 20},
              .images = Bytes(1 << 20)};
  CHECK(parse_shard(encode_shard(large), "one").images.size() == 1 << 20);
  large.labels.push_back(0);
  large.sizes.push_back(0);
  check_error(encode_shard(large), "for 2 images; expected at most 1048576");
}

TEST_CASE("shard: a file is inflated, unless a server has done so, and compared with the catalog") {
  const Bytes used = encode_shard(encoded);
  const ShardCheck expected = check_of(used);
  CHECK(inflate_shard(gzip(used), expected, "gz") == used);
  CHECK(inflate_shard(used, expected, "plain") == used);
  Bytes changed = used;
  changed.back() ^= 1;
  check_damaged(changed, expected, "its SHA-256 is ");
  check_damaged(gzip(changed), expected, "expected " + expected.sha256);
  check_damaged(Bytes(used.begin(), used.end() - 1), expected, "it has 61 bytes; expected 62");
  const ShardCheck shorter{used.size() - 1, expected.sha256};
  check_damaged(gzip(used), shorter, "the inflated data continue after byte 61");
  const Bytes packed = gzip(used);
  check_damaged(Bytes(packed.begin(), packed.end() - 9), expected, "truncated");
  const std::string page = "<!DOCTYPE html>";  // servers send this for a missing file
  check_damaged(Bytes(page.begin(), page.end()), expected,
                "it begins with 3c 21 44 4f 43 54 59 50; expected 1f 8b (gzip) or CVLSHRD2");
  check_damaged({}, expected, "it begins with nothing");
}

}  // namespace convlab
