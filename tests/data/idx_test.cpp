#include "data/formats/idx.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/bytes.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

const Bytes pixels{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const Bytes labels{3, 1, 4, 1, 5};

Bytes images_file() { return make_idx({2, 3, 2}, pixels); }
Bytes labels_file() { return make_idx({5}, labels); }

Bytes without_end(Bytes bytes, size_t count) {
  bytes.resize(bytes.size() - count);
  return bytes;
}

void check_images_error(const Bytes& bytes, const std::string& text) {
  CHECK_THROWS_MATCHES(
      parse_idx_images(bytes, "images.gz"), Error,
      MessageMatches(ContainsSubstring("[idx] images.gz: ") && ContainsSubstring(text)));
}

void check_labels_error(const Bytes& bytes, const std::string& text) {
  CHECK_THROWS_MATCHES(
      parse_idx_labels(bytes, 10, "labels"), Error,
      MessageMatches(ContainsSubstring("[idx] labels: ") && ContainsSubstring(text)));
}

}  // namespace

TEST_CASE("idx: images and labels are read from plain and gzipped files") {
  for (const Bytes& bytes : {images_file(), gzip(images_file())}) {
    const IdxImages images = parse_idx_images(bytes, "images");
    CHECK(images.count == 2);
    CHECK(images.height == 3);
    CHECK(images.width == 2);
    CHECK(images.pixels == pixels);
  }
  CHECK(parse_idx_labels(labels_file(), 10, "labels") == labels);
  CHECK(parse_idx_labels(gzip(labels_file()), 10, "labels") == labels);
}

TEST_CASE("idx: the error for a file of another format states what was found and expected") {
  const Bytes html{'<', '!', 'D', 'O', 'C'};
  check_images_error(html,
                     "byte 0: found 3c 21 44 4f; expected 00 00 08 03 (an IDX file of "
                     "images) or 1f 8b (gzip)");
  check_images_error(gzip(html), "byte 0: found 3c 21 44 4f; expected 00 00 08 03");
  check_images_error({}, "found 0 bytes, neither gzip nor an IDX file of images");
  check_images_error(labels_file(),
                     "found 00 00 08 01 (an IDX file of labels); expected 00 00 08 03");
  check_labels_error(images_file(),
                     "found 00 00 08 03 (an IDX file of images); expected 00 00 08 01");
}

TEST_CASE("idx: the error for a truncated file states where it ends") {
  check_images_error(
      without_end(images_file(), 5),
      "truncated: an IDX file of 2 images of 3×2 needs 12 bytes from byte 16 on; found 7");
  check_images_error(without_end(images_file(), 14),
                     "truncated: the header needs 12 bytes from byte 4 on; found 10");
  check_images_error(gzip(without_end(images_file(), 5)),
                     "needs 12 bytes from byte 16 on; found 7");
  check_labels_error(without_end(labels_file(), 1),
                     "an IDX file of 5 labels needs 5 bytes from byte 8 on; found 4");
}

TEST_CASE("idx: gzip data truncated at any byte are refused") {
  const Bytes whole = gzip(images_file());
  for (size_t cut = 1; cut < whole.size() - 1; ++cut) {
    check_images_error(without_end(whole, cut), "truncated");
  }
  check_images_error(without_end(whole, 4),
                     "cut off after " + std::to_string(whole.size() - 4) + " bytes");
}

TEST_CASE("idx: damaged gzip data are refused") {
  Bytes checksum = gzip(images_file());
  checksum[checksum.size() - 6] ^= 1;
  check_images_error(checksum, "damaged gzip data");
  Bytes block = gzip(images_file());
  block[10] = 0xff;  // the first deflate block: reserved type 3
  check_images_error(block, "damaged gzip data before byte ");
}

TEST_CASE("idx: trailing bytes are refused") {
  Bytes plain = images_file();
  plain.push_back(0);
  check_images_error(plain, "found 1 bytes after byte 28");
  check_images_error(gzip(plain), "the inflated data continue after byte 28");
  Bytes behind = gzip(images_file());
  behind.push_back(0);
  check_images_error(behind, "found 1 bytes after the end of the gzip data");
}

TEST_CASE("idx: sizes out of range are refused with their position") {
  check_images_error(make_idx({0, 3, 2}, {}), "byte 4: found 0 images; expected 1 to 16777216");
  check_images_error(make_idx({1, 5000, 2}, {}), "byte 8: found 5000 rows; expected 1 to 4096");
  check_images_error(make_idx({1, 3, 0xffffffff}, {}), "byte 12: found 4294967295 columns");
  check_images_error(make_idx({1U << 24, 4096, 4096}, {}), "expected at most 2147483648");
}

TEST_CASE("idx: no more memory is allocated than the file can fill") {
  check_images_error(gzip(make_idx({1U << 19, 64, 64}, {})), "bytes of gzip data cannot hold them");
  // A gzip bomb: a megabyte of zeros after a header that declares one byte is not inflated.
  Bytes bomb = make_idx({1, 1, 1}, {});
  bomb.resize(1 << 20);
  check_images_error(gzip(bomb), "the inflated data continue after byte 17");
}

TEST_CASE("idx: a label out of range is refused with its position") {
  CHECK_THROWS_MATCHES(parse_idx_labels(labels_file(), 5, "labels"), Error,
                       MessageMatches(ContainsSubstring(
                           "byte 12: label 5 of image 4 is out of range; expected 0 to 4")));
}

}  // namespace convlab
