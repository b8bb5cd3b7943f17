#include "data/formats/shard.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string_view>

#include "core/error.h"
#include "data/bytes.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

const Bytes labels{2, 0};
const Bytes images{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

/// Returns an inflated shard; `fields` are count, height, width, channels and classes.
Bytes shard(const std::array<uint32_t, 5>& fields, const Bytes& shard_labels = labels) {
  constexpr std::string_view magic = "CVLSHRD1";
  Bytes bytes(magic.begin(), magic.end());
  for (const uint32_t field : fields) add_little_endian(bytes, field);
  add_bytes(bytes, shard_labels);
  add_bytes(bytes, images);
  return bytes;
}

void check_error(const Bytes& bytes, const std::string& text) {
  CHECK_THROWS_MATCHES(
      parse_shard(bytes, "train-003.bin.gz"), Error,
      MessageMatches(ContainsSubstring("[shard] train-003.bin.gz: ") && ContainsSubstring(text)));
}

}  // namespace

TEST_CASE("shard: images and labels are read, also if a server has inflated the shard") {
  const Bytes plain = shard({2, 1, 2, 3, 4});
  for (const Bytes& bytes : {gzip(plain), plain}) {
    const Shard parsed = parse_shard(bytes, "shard");
    CHECK(parsed.image == Shape{1, 2, 3});
    CHECK(parsed.classes == 4);
    CHECK(parsed.labels == labels);
    CHECK(parsed.images == images);
  }
}

TEST_CASE("shard: the error for a file of another format states what was found and expected") {
  const std::string page = "<!DOCTYPE html>";  // servers send this for a missing file
  const Bytes html(page.begin(), page.end());
  check_error(html, "byte 0: found 3c 21 44 4f 43 54 59 50; expected 1f 8b (gzip) or CVLSHRD1");
  check_error(gzip(html), "found 3c 21 44 4f 43 54 59 50; expected CVLSHRD1");
  check_error({}, "byte 0: found nothing");
}

TEST_CASE("shard: sizes out of range are refused with their position") {
  check_error(shard({0, 1, 2, 3, 4}), "byte 8: found 0 images; expected 1 to 65536");
  check_error(shard({70000, 1, 2, 3, 4}), "byte 8: found 70000 images");
  check_error(shard({2, 0, 2, 3, 4}), "byte 12: found 0 rows; expected 1 to 4096");
  check_error(shard({2, 1, 5000, 3, 4}), "byte 16: found 5000 columns; expected 1 to 4096");
  check_error(shard({2, 1, 2, 5, 4}), "byte 20: found 5 channels; expected 1 to 4");
  check_error(shard({2, 1, 2, 3, 257}), "byte 24: found 257 classes; expected 1 to 256");
  check_error(shard({65536, 4096, 4096, 4, 4}), "expected at most 268435456");
}

TEST_CASE("shard: truncated, damaged and too long files are refused") {
  const Bytes plain = shard({2, 1, 2, 3, 4});
  const Bytes whole = gzip(plain);
  for (size_t size = 2; size < whole.size(); ++size) {
    check_error(Bytes(whole.begin(), whole.begin() + static_cast<int64_t>(size)), "truncated");
  }
  check_error(
      gzip(shard({3, 1, 2, 3, 4})),
      "truncated: a shard of 3 images of (1, 2, 3) needs 18 bytes from byte 31 on; found 11");
  check_error(gzip(shard({2, 1, 2, 2, 4})), "the inflated data continue after byte 38");
  Bytes checksum = whole;
  checksum[checksum.size() - 6] ^= 1;
  check_error(checksum, "damaged gzip data");
}

TEST_CASE("shard: a label out of range is refused with its position") {
  check_error(gzip(shard({2, 1, 2, 3, 4}, {1, 4})),
              "byte 29: label 4 of image 1 is out of range; expected 0 to 3");
}

}  // namespace convlab
