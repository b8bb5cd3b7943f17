#include "data/formats/archive.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/archives.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

constexpr uint64_t max_bytes = 10'000;

const Bytes cat{1, 2, 3};
const Bytes dog(700, 7);

Archive tar_of(Bytes bytes) { return index_tar(memory_source("a.tar", std::move(bytes))); }
Archive zip_of(Bytes bytes) { return index_zip(memory_source("a.zip", std::move(bytes))); }

std::vector<std::string> paths_of(const Archive& archive) {
  std::vector<std::string> paths;
  for (const ArchiveFile& file : archive.files) paths.push_back(file.path);
  return paths;
}

void check_tar_error(Bytes bytes, const std::string& text) {
  CHECK_THROWS_MATCHES(
      tar_of(std::move(bytes)), Error,
      MessageMatches(ContainsSubstring("[archive] a.tar: ") && ContainsSubstring(text)));
}

void check_zip_error(Bytes bytes, const std::string& text) {
  CHECK_THROWS_MATCHES(
      zip_of(std::move(bytes)), Error,
      MessageMatches(ContainsSubstring("[archive] a.zip: ") && ContainsSubstring(text)));
}

Bytes text_bytes(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

TEST_CASE("tar: files are found and read; folders, links and devices are left out") {
  const Archive archive = tar_of(make_tar({{"train/", {}, '5'},
                                           {"./train/cat/1.png", cat},
                                           {"train/link.png", {}, '2'},
                                           {"train/dog/2.png", dog, '\0'},
                                           {"empty.png", {}}}));
  CHECK(paths_of(archive) ==
        std::vector<std::string>{"train/cat/1.png", "train/dog/2.png", "empty.png"});
  CHECK(read_archived(archive, archive.files[0], max_bytes) == cat);
  CHECK(read_archived(archive, archive.files[1], max_bytes) == dog);
  CHECK(read_archived(archive, archive.files[2], max_bytes).empty());
}

TEST_CASE("tar: long names, as POSIX, pax and GNU write them") {
  const std::string name(200, 'n');
  Bytes records = pax_record("mtime", "1700000000.5");
  add_bytes(records, pax_record("path", "pax/" + name));
  Bytes long_link = text_bytes("target");
  const Archive archive = tar_of(make_tar({{"pax_global_header", text_bytes("anything"), 'g'},
                                           {name.substr(0, 90), cat, '0', "folder"},
                                           {"././@PaxHeader", records, 'x'},
                                           {"cut off", cat},
                                           {"././@LongLink", text_bytes("gnu/" + name + '\0'), 'L'},
                                           {"././@LongLink", long_link, 'K'},
                                           {"cut off", dog},
                                           {"own", cat}}));
  CHECK(paths_of(archive) == std::vector<std::string>{"folder/" + name.substr(0, 90), "pax/" + name,
                                                      "gnu/" + name, "own"});
  CHECK(read_archived(archive, archive.files[2], max_bytes) == dog);
}

TEST_CASE("tar: sizes in an extended header and as a big-endian number") {
  Bytes entry = tar_entry({"big", cat});
  entry[124] = 0x80;
  for (size_t i = 125; i < 136; ++i) entry[i] = 0;
  entry[135] = 3;
  unsigned sum = 8 * ' ';
  for (size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? 0 : entry[i];
  std::snprintf(reinterpret_cast<char*>(&entry[148]), 8, "%06o", sum);
  CHECK(tar_of(entry).files.at(0).size == 3);

  Bytes sized = tar_entry({"header", pax_record("size", "3"), 'x'});
  Bytes file = tar_entry({"file", {}});
  add_bytes(file, cat);
  file.resize(1024);
  add_bytes(sized, tar_entry({"header", pax_record("mtime", "1"), 'x'}));  // has its own size
  add_bytes(sized, file);
  const Archive archive = tar_of(sized);
  CHECK(read_archived(archive, archive.files.at(0), max_bytes) == cat);
}

TEST_CASE("tar: an archive without its zeros at the end, or the last padding, is read") {
  Bytes bytes = tar_entry({"dog", dog});
  CHECK(tar_of(bytes).files.size() == 1);
  bytes.resize(512 + 700);
  CHECK(tar_of(bytes).files.size() == 1);
}

TEST_CASE("tar: what is damaged is refused with its place") {
  const Bytes good = make_tar({{"cat", cat}, {"dog", dog}});
  check_tar_error({}, "byte 0: no bytes; expected a tar archive");
  check_tar_error(Bytes(1024), "byte 0: zeros");
  check_tar_error(text_bytes("<!DOCTYPE html>"), "byte 0: 15 bytes; expected a header");
  Bytes wrong = good;
  wrong[1024 + 5] = 'x';
  check_tar_error(wrong, "byte 1024: a wrong checksum");
  Bytes cut = good;
  cut.resize(1024 + 512 + 699);
  check_tar_error(cut, "byte 1024: a file of 700 bytes, after which the archive is cut off");
  check_tar_error(make_tar({{"x", text_bytes("9 a=b\n"), 'x'}}), "a damaged extended header");
  check_tar_error(make_tar({{"x", text_bytes("0 a=b\n"), 'x'}}), "a damaged extended header");
  check_tar_error(make_tar({{"x", text_bytes("x a=b\n"), 'x'}}), "a number that is none");
  check_tar_error(make_tar({{"x", pax_record("size", "-3"), 'x'}}), "a number that is none");
  check_tar_error(make_tar({{"x", Bytes((1 << 20) + 1), 'L'}}), "more than 1 MiB");
  Bytes dangling = tar_entry({"x", pax_record("path", "y"), 'x'});
  check_tar_error(dangling, "the archive ends; expected the file of the name before");
  dangling.resize(dangling.size() + 1024);
  check_tar_error(dangling, "the archive ends; expected the file of the name before");
  check_tar_error(make_tar({{"x", cat, 'S'}}), "a sparse file");
  check_tar_error(make_tar({{"x", pax_record("GNU.sparse.major", "1"), 'x'}}), "a sparse file");
}

TEST_CASE("archive: paths stay within it, and can be shown") {
  CHECK(checked_path("./a//b/./c.png", "a") == "a/b/c.png");
  CHECK(checked_path("a..b/...", "a") == "a..b/...");
  CHECK(checked_path("gr\xc3\xbcn/\xff\x1b[31m", "a") == "gr\xc3\xbcn/%FF%1B[31m");
  for (const std::string path : {"../a", "a/../../b", "/etc/passwd", "a/.."}) {
    INFO(path);
    CHECK_THROWS_MATCHES(checked_path(path, "a"), Error,
                         MessageMatches(ContainsSubstring("leads out of the archive")));
  }
  CHECK_THROWS_AS(checked_path(std::string(4097, 'a'), "a"), Error);
  CHECK_THROWS_AS(checked_path(std::string(2000, '\xff'), "a"), Error);  // three characters each
  for (const std::string path : {"", ".", "./."}) {
    INFO(path);
    CHECK_THROWS_MATCHES(checked_path(path, "a"), Error,
                         MessageMatches(ContainsSubstring("without a name")));
  }
  check_tar_error(make_tar({{"../../cat", cat}}), "leads out of the archive");
  check_zip_error(make_zip({{"/cat", cat}}), "leads out of the archive");
}

TEST_CASE("zip: stored and deflated files are read") {
  for (const std::string& comment : {std::string(), std::string("made by hand"),
                                     std::string("PK\x05\x06, which looks like an end")}) {
    const Archive archive = zip_of(make_zip({{"a/", {}},
                                             {"link", cat, false, 0, 0, true},
                                             {"a/cat.png", cat},
                                             {"dog.png", dog, true},
                                             {"no", {}, true}},
                                            comment));
    CHECK(paths_of(archive) == std::vector<std::string>{"a/cat.png", "dog.png", "no"});
    CHECK(archive.files[1].compression == Compression::deflate);
    CHECK(archive.files[1].stored_size < 700);
    CHECK(read_archived(archive, archive.files[0], max_bytes) == cat);
    CHECK(read_archived(archive, archive.files[1], max_bytes) == dog);
    CHECK(read_archived(archive, archive.files[2], max_bytes).empty());
  }
}

TEST_CASE("zip: numbers of 64 bits") {
  Bytes bytes = make_zip({{"dog", dog}});
  const size_t list = bytes.size() - 22 - 46 - 3;
  // The entry with its sizes and offset in an extra field, then the end in its large form.
  Bytes entry(bytes.begin() + static_cast<std::ptrdiff_t>(list), bytes.end() - 22);
  for (const size_t at : {20, 24, 42})
    for (size_t i = 0; i < 4; ++i) entry[at + i] = 0xff;
  entry[30] = 28;
  add_u16(entry, 1);
  add_u16(entry, 24);
  for (const uint32_t value : {700U, 0U, 700U, 0U, 0U, 0U}) add_little_endian(entry, value);
  bytes.resize(list);
  add_bytes(bytes, entry);
  const auto end64 = static_cast<uint32_t>(bytes.size());
  add_little_endian(bytes, 0x06064b50);
  bytes.resize(bytes.size() + 28);
  for (const auto value : {uint32_t{1}, uint32_t{1}, static_cast<uint32_t>(entry.size()),
                           static_cast<uint32_t>(list)}) {
    add_little_endian(bytes, value);
    add_little_endian(bytes, 0);
  }
  // The number of files comes twice, in this part and in all; the first stands 8 bytes earlier.
  bytes.erase(bytes.begin() + end64 + 24, bytes.begin() + end64 + 32);
  add_little_endian(bytes, 0x07064b50);
  add_little_endian(bytes, 0);
  add_little_endian(bytes, end64);
  add_little_endian(bytes, 0);
  add_little_endian(bytes, 1);
  add_little_endian(bytes, 0x06054b50);
  bytes.resize(bytes.size() + 4);
  for (int i = 0; i < 3; ++i) add_little_endian(bytes, 0xffffffff);
  add_u16(bytes, 0);
  const Archive archive = zip_of(bytes);
  REQUIRE(archive.files.size() == 1);
  CHECK(read_archived(archive, archive.files[0], max_bytes) == dog);
}

TEST_CASE("zip: what is damaged or protected is refused") {
  const Bytes good = make_zip({{"cat", cat}, {"dog", dog, true}});
  check_zip_error({}, "ends without the list of its files");
  check_zip_error(text_bytes("<!DOCTYPE html> and so on, as a server says it"), "ends without");
  check_zip_error({good.begin(), good.end() - 30}, "ends without");
  check_zip_error(make_zip({{"cat", cat, false, 1}}), "cat is protected by a password");
  check_zip_error(make_zip({{"cat", cat, false, 0, 14}}), "cat is compressed by method 14");
  Bytes many = good;
  many[many.size() - 12] = 3;
  check_zip_error(many, "a list of 2 files; expected 3, as the end of the archive says");
  many[many.size() - 12] = 1;
  check_zip_error(many, "a list of 2 files; expected 1");
  Bytes far = good;
  far[far.size() - 3] = 0x7f;
  check_zip_error(far, "within the archive");
}

TEST_CASE("zip: a file that does not match its index is refused when it is read") {
  const auto refused = [](Bytes bytes, size_t file, const std::string& text) {
    const Archive archive = zip_of(std::move(bytes));
    CHECK_THROWS_MATCHES(read_archived(archive, archive.files.at(file), max_bytes), Error,
                         MessageMatches(ContainsSubstring(text)));
  };
  const Bytes good = make_zip({{"cat", cat}, {"dog", dog, true}});
  Bytes wrong = good;
  wrong[30 + 3 + 3] ^= 1;  // a byte of the first file
  refused(wrong, 0, "a.zip: cat: damaged: its checksum is wrong");
  Bytes moved = good;
  moved[0] = 'X';
  refused(moved, 0, "expected the header of a file");
  const size_t end = good.size() - 22;
  Bytes larger = good;
  larger[end - 3 - 46 + 24] += 1;  // the size of the second
  refused(larger, 1, "damaged: ");
  Bytes smaller = good;
  smaller[end - 3 - 46 + 24] -= 1;
  refused(smaller, 1, "damaged: ");
  const Archive archive = zip_of(good);
  CHECK_THROWS_MATCHES(read_archived(archive, archive.files[1], 699), Error,
                       MessageMatches(ContainsSubstring("700 bytes; expected at most 699")));
}

TEST_CASE("zip: more files than 16 bits can count, without the large form") {
  std::vector<ZipEntry> entries(65'537);
  for (ZipEntry& entry : entries) entry.path = "a";
  CHECK(zip_of(make_zip(entries)).files.size() == entries.size());
}

TEST_CASE("zip: a bomb is refused before it is inflated") {
  Bytes bytes = make_zip({{"bomb", dog, true}});
  bytes[bytes.size() - 22 - 4 - 46 + 26] = 0x40;  // says 4 MiB
  const Archive archive = zip_of(bytes);
  REQUIRE(archive.files.at(0).size > (4 << 20));
  CHECK_THROWS_MATCHES(read_archived(archive, archive.files[0], uint64_t{1} << 30), Error,
                       MessageMatches(ContainsSubstring("cannot inflate to")));
  // Nor are bytes read that a small file cannot need.
  ArchiveFile padded = archive.files[0];
  padded.size = 10;
  padded.stored_size = 1 << 20;
  CHECK_THROWS_MATCHES(read_archived(archive, padded, max_bytes), Error,
                       MessageMatches(ContainsSubstring("10 bytes are stored as 1048576")));
}

}  // namespace convlab
