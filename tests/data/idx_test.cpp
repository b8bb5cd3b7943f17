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

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes bytes;
  for (const Bytes& part : parts) add_bytes(bytes, part);
  return bytes;
}

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
  check_images_error(plain, "found 1 byte after byte 28");
  check_images_error(gzip(plain), "the inflated data continue after byte 28");
  for (const Bytes& more : {Bytes{7}, Bytes{0, 7}, Bytes{0x1f}, Bytes{0x1f, 0x8c}}) {
    check_images_error(joined({gzip(images_file()), more}), " after the end of the gzip data");
  }
}

TEST_CASE("idx: what gzip -d reads is read: members, optional header fields, trailing zeros") {
  const Bytes file = images_file();
  const auto reads = [](const Bytes& bytes) {
    return parse_idx_images(bytes, "images").pixels == pixels;
  };
  for (size_t split = 0; split <= file.size(); ++split) {
    const std::span<const uint8_t> whole(file);
    const Bytes first = gzip(whole.first(split));
    const Bytes second = gzip(whole.subspan(split));
    CHECK(reads(joined({first, second})));
    CHECK(reads(joined({gzip({}), first, gzip({}), second, gzip({}), Bytes(512)})));
  }
  CHECK(reads(joined({gzip(file), Bytes(1)})));

  Bytes name{'i', 'd', 'x', 0};
  Bytes comment{'b', 'y', ' ', 'h', 'a', 'n', 'd', 0};
  Bytes extra{'X', 'Y', 2, 0, 0x1f, 0x8b};
  gz_header header{};
  header.name = name.data();
  header.comment = comment.data();
  header.extra = extra.data();
  header.extra_len = static_cast<uInt>(extra.size());
  header.hcrc = 1;
  CHECK(reads(gzip(file, &header)));
}

TEST_CASE("idx: damage in any gzip member is refused") {
  const Bytes file = images_file();
  const Bytes first = gzip(std::span(file).first(20));
  const Bytes second = gzip(std::span(file).subspan(20));
  for (size_t cut = 1; cut < second.size(); ++cut) {
    const Bytes bytes = joined({first, without_end(second, cut)});
    // One byte does not show that a member follows.
    check_images_error(bytes, cut + 1 < second.size() ? "truncated" : "found 4");
  }
  Bytes checksum = joined({first, second});
  checksum[first.size() - 6] ^= 1;
  check_images_error(checksum, "damaged gzip data");
  check_images_error(joined({first, Bytes(4), second}), "found 4");
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
  const Bytes image = make_idx({1, 1, 1}, Bytes{5});
  check_images_error(joined({gzip(image), gzip(bomb)}), "the inflated data continue after byte 17");
}

TEST_CASE("idx: a label out of range is refused with its position") {
  CHECK_THROWS_MATCHES(parse_idx_labels(labels_file(), 5, "labels"), Error,
                       MessageMatches(ContainsSubstring(
                           "byte 12: label 5 of image 4 is out of range; expected 0 to 4")));
}

}  // namespace convlab
