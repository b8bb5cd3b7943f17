#include "io/safetensors.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <utility>

#include "core/error.h"
#include "seconds.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<uint8_t> length_prefix(uint64_t length) {
  std::vector<uint8_t> bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<uint8_t>(length >> (8 * i)));
  return bytes;
}

/// Returns a file with this header and `data_bytes` bytes of data.
std::vector<uint8_t> file_with(const std::string& header, size_t data_bytes) {
  std::vector<uint8_t> bytes = length_prefix(header.size());
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.resize(bytes.size() + data_bytes);
  return bytes;
}

void check_refused(const std::vector<uint8_t>& bytes, const std::string& message) {
  INFO(message);
  CHECK_THROWS_MATCHES(parse_safetensors(bytes, "some.file"), Error,
                       Catch::Matchers::MessageMatches(ContainsSubstring("some.file") &&
                                                       ContainsSubstring(message)));
}

void check_refused(const std::string& header, size_t data_bytes, const std::string& message) {
  INFO(header);
  check_refused(file_with(header, data_bytes), message);
}

std::string tensor(const std::string& name, const std::string& info) {
  return "\"" + name + "\":{" + info + "}";
}

}  // namespace

TEST_CASE("safetensors: tensors are read back bit for bit") {
  const std::vector<uint8_t> a{1, 2, 3, 4, 0xFF, 0xFE, 0xFD, 0xFC};
  const std::vector<uint8_t> b{9, 8, 7};
  const SafeTensors file{
      .tensors = {{"a", "F32", {2, 1}, a}, {"empty", "F32", {0, 5}, {}}, {"β \"b\"", "U8", {3}, b}},
      .metadata = {{"key", "line\nbreak"}, {"other", ""}}};
  const std::vector<uint8_t> bytes = safetensors_bytes(file);
  const SafeTensors read = parse_safetensors(bytes, "test");

  CHECK(read.metadata == file.metadata);
  REQUIRE(read.tensors.size() == 3);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(read.tensors[i].name == file.tensors[i].name);
    CHECK(read.tensors[i].dtype == file.tensors[i].dtype);
    CHECK(read.tensors[i].shape == file.tensors[i].shape);
    CHECK(std::vector(read.tensors[i].data.begin(), read.tensors[i].data.end()) ==
          std::vector(file.tensors[i].data.begin(), file.tensors[i].data.end()));
  }
  CHECK((read.tensors[0].data.data() - bytes.data()) % 8 == 0);
  CHECK(safetensors_bytes(read) == bytes);
}

TEST_CASE("safetensors: the first nine bytes and the size are enough to refuse a file") {
  const auto check = [](std::vector<uint8_t> start, uint64_t size, const std::string& text) {
    CHECK_THROWS_MATCHES(check_safetensors_start(start, size, "test"), Error,
                         Catch::Matchers::MessageMatches(ContainsSubstring(text)));
  };
  const uint64_t size = 200'000'000;
  CHECK_NOTHROW(check_safetensors_start(std::vector<uint8_t>{0, 0, 0, 1, 0, 0, 0, 0, '{'}, size,
                                        "test"));  // a header of 2^24 bytes
  check({8, 0, 0, 1, 0, 0, 0, 0, '{'}, size, "16777224 bytes; expected at most 16777216");
  check({0, 0, 0, 1, 0, 0, 0, 0, '{'}, 1000, "followed by only 992 bytes; the file is cut off");
  check({8, 0, 0, 0, 0, 0, 0, 0, ' '}, size, "does not begin with {");
  check({0, 0, 0, 0, 0, 0, 0, 0}, 8, "does not begin with {");
  check({0, 0, 0, 0}, 4, "has 4 bytes");
}

TEST_CASE(
    "safetensors: a scalar, no tensors, spaces behind the header and tensors in any order are "
    "fine") {
  CHECK(parse_safetensors(file_with("{}", 0), "test").tensors.empty());
  CHECK(parse_safetensors(
            file_with(
                "{" + tensor("s", R"("dtype":"F32","shape":[],"data_offsets":[0,4])") + "}   ", 4),
            "test")
            .tensors[0]
            .shape.rank() == 0);
  const SafeTensors read = parse_safetensors(
      file_with("{" + tensor("later", R"("dtype":"U8","shape":[1],"data_offsets":[2,3])") + "," +
                    tensor("first", R"("dtype":"F16","shape":[1],"data_offsets":[0,2])") + "}",
                3),
      "test");
  CHECK(read.tensors[0].name == "first");
  CHECK(read.tensors[1].name == "later");
}

TEST_CASE("safetensors: the time for many tensors grows with their number, not its square",
          "[time]") {
  // Takes about a minute if each name is compared with all before it.
  SafeTensors file;
  for (int i = 0; i < 100'000; ++i)
    file.tensors.push_back({fmt::format("tensor_{}", i), "F32", {0}, {}});
  std::vector<uint8_t> bytes;
  SafeTensors read;
  CHECK(seconds_of([&] {
          bytes = safetensors_bytes(file);
          read = parse_safetensors(bytes, "test");
        }) < 30);  // about 0.5 s, ten times that with sanitizers; else many minutes
  CHECK(read.tensors.size() == file.tensors.size());
}

TEST_CASE("safetensors: the time to refuse a header of a million keys grows with their number",
          "[time]") {
  std::string header = "{\"k0\":0";
  for (int i = 1; i < 1'000'000; ++i) header += fmt::format(",\"k{}\":0", i);
  header += '}';
  CHECK(seconds_of([&] { check_refused(file_with(header, 0), "must be an object"); }) <
        20);  // about 0.5 s; hours if each name is compared with all before it
}

TEST_CASE("safetensors: a file truncated at any byte is refused") {
  const std::vector<uint8_t> data(8);
  const std::vector<uint8_t> bytes =
      safetensors_bytes({.tensors = {{"a", "F32", {2}, data}}, .metadata = {{"k", "v"}}});
  for (size_t size = 0; size < bytes.size(); ++size) {
    INFO(size);
    CHECK_THROWS_AS(parse_safetensors(std::span(bytes).first(size), "test"), Error);
  }
}

TEST_CASE("safetensors: a header longer than the file or 16 MB is refused") {
  check_refused({}, "has 0 bytes");
  check_refused(length_prefix(1), "followed by only 0 bytes");
  check_refused(length_prefix(0), "does not begin with {");
  check_refused(length_prefix(UINT64_MAX), "expected at most 16777216");
  check_refused(length_prefix((uint64_t{16} << 20) + 1), "expected at most 16777216");
}

TEST_CASE("safetensors: a header that is not JSON of the format is refused") {
  check_refused("[]", 0, "does not begin with {");
  check_refused("{", 0, "line 1, column 2: not JSON: unexpected end of input");
  check_refused(R"({"a":1e999})", 0, "not JSON");
  check_refused("{\"\xFF\":1}", 0, "not JSON");
  check_refused(R"({"a":)" + std::string(100'000, '[') + "}", 0, "nested more than 16 deep");
  check_refused(R"({"a":1})", 0, "must be an object");
  check_refused(R"({"__metadata__":[]})", 0, "__metadata__ must be an object");
  check_refused(R"({"__metadata__":{"a":1}})", 0, "must be a string");
}

TEST_CASE("safetensors: a duplicate name is refused, among tensors and within one") {
  const std::string empty = R"("dtype":"F32","shape":[0],"data_offsets":[0,0])";
  check_refused("{" + tensor("a", empty) + "," + tensor("a", empty) + "}", 0,
                "\"a\" occurs twice in an object");
  check_refused("{" + tensor("a", empty + R"(,"dtype":"F32")") + "}", 0,
                "\"dtype\" occurs twice in an object");
}

TEST_CASE("safetensors: names are escaped in error messages") {
  check_refused(
      "{" + tensor("\\u001b[2J\\u009b", R"("dtype":"F31","shape":[0],"data_offsets":[0,0])") + "}",
      0, R"(\u001b[2J\u009b)");
}

TEST_CASE("safetensors: dtypes and shapes outside the format are refused") {
  const auto with = [](const std::string& dtype, const std::string& shape,
                       const std::string& message) {
    check_refused("{" +
                      tensor("a", R"("dtype":)" + dtype + R"(,"shape":)" + shape +
                                      R"(,"data_offsets":[0,4])") +
                      "}",
                  4, message);
  };
  with("\"F31\"", "[1]", "unknown dtype \"F31\"");
  with("7", "[1]", "\"dtype\" must be a string");
  with("\"F32\"", "1", "must be a list");
  with("\"F32\"", "[-1]", "whole number");
  with("\"F32\"", "[1.0]", "whole number");
  with("\"F32\"", "[18446744073709551615]", "whole number");
  with("\"F32\"", "[4294967296, 4294967296]", "too large");
  with("\"F32\"", "[1,1,1,1,1,1,1]", "at most 6 dimensions");
  with("\"F32\"", "[2]", "takes 8");
  with("\"F64\"", "[1]", "takes 8");
  with("\"F32\"", "[0]", "takes 0");
  check_refused(R"({"a":{"dtype":"F32","shape":[1]}})", 4, "lacks \"data_offsets\"");
}

TEST_CASE("safetensors: offsets must lie within the data, in order") {
  const auto with = [](const std::string& offsets, const std::string& message) {
    check_refused("{" + tensor("a", R"("dtype":"U8","shape":[4],"data_offsets":)" + offsets) + "}",
                  4, message);
  };
  with("[4,0]", "do not lie within");
  with("[0,5]", "do not lie within");
  with("[18446744073709551612,18446744073709551615]", "do not lie within");
  with("[-4,0]", "two whole numbers");
  with("[0.0,4]", "two whole numbers");
  with("[0,4,4]", "two whole numbers");
  with("4", "two whole numbers");
}

TEST_CASE("safetensors: tensors may neither overlap nor leave gaps") {
  const auto two = [](const std::string& first, const std::string& second) {
    const std::string info = R"("dtype":"U8","shape":[4],"data_offsets":)";
    return "{" + tensor("a", info + first) + "," + tensor("b", info + second) + "}";
  };
  check_refused(two("[0,4]", "[2,6]"), 6, "not overlap");
  check_refused(two("[0,4]", "[0,4]"), 4, "not overlap");
  check_refused(two("[0,4]", "[5,9]"), 9, "no gaps");
  check_refused(two("[1,5]", "[5,9]"), 9, "no gaps");
  check_refused(two("[0,4]", "[4,8]"), 9, "has 9 bytes of data");
}

TEST_CASE("safetensors: a file that could not be read back is not written") {
  const std::vector<uint8_t> data(4);
  CHECK_THROWS_AS(safetensors_bytes({.tensors = {{"a", "F32", {2}, data}}, .metadata = {}}), Error);
  CHECK_THROWS_AS(safetensors_bytes({.tensors = {{"a", "F32", {1}, data}, {"a", "F32", {1}, data}},
                                     .metadata = {}}),
                  Error);
  CHECK_THROWS_AS(
      safetensors_bytes({.tensors = {{"__metadata__", "F32", {1}, data}}, .metadata = {}}), Error);
  CHECK_THROWS_AS(safetensors_bytes({.tensors = {{"a\xFF", "F32", {1}, data}}, .metadata = {}}),
                  Error);
}

namespace {

/// A source that counts the bytes that are read.
class CountingSource : public ByteSource {
 public:
  explicit CountingSource(std::vector<uint8_t> bytes)
      : ByteSource("counted.file", bytes.size()), bytes_(std::move(bytes)) {}

  uint64_t bytes_read() const { return read_; }

 private:
  void read_within(uint64_t offset, std::span<uint8_t> out) const override {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    read_ += out.size();
  }

  std::vector<uint8_t> bytes_;
  mutable uint64_t read_ = 0;
};

}  // namespace

TEST_CASE("safetensors: tensors are read by range, as floats, and nothing else is read") {
  const std::vector<uint8_t> large(size_t{1} << 20U);
  const std::vector<uint8_t> f32{0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0};  // 1.5, -2
  const std::vector<uint8_t> f16{0, 0x3E, 0, 0xC0};
  const std::vector<uint8_t> bf16{0xC0, 0x3F, 0, 0xC0};
  const CountingSource source(safetensors_bytes({.tensors = {{"large", "U8", {1 << 20}, large},
                                                             {"f32", "F32", {2}, f32},
                                                             {"f16", "F16", {1, 2}, f16},
                                                             {"bf16", "BF16", {2, 1}, bf16}},
                                                 .metadata = {{"key", "value"}}}));
  const SafeTensorsHeader header = read_safetensors_header(source);
  CHECK(header.metadata.at("key") == "value");
  REQUIRE(header.tensors.size() == 4);
  CHECK(header.tensors[2].shape == Shape{1, 2});
  CHECK(header.tensors[3].end() == source.size());
  const uint64_t header_bytes = source.bytes_read();
  for (size_t i = 1; i < header.tensors.size(); ++i)
    CHECK(read_floats(source, header.tensors[i]) == std::vector{1.5F, -2.0F});
  CHECK(source.bytes_read() == header_bytes + 8 + 4 + 4);
  CHECK(header_bytes < 1000);
  CHECK_THROWS_MATCHES(read_floats(source, header.tensors[0]), Error,
                       Catch::Matchers::MessageMatches(ContainsSubstring(
                           "counted.file: tensor \"large\" is U8; expected F32, F16 or BF16")));
}

TEST_CASE("safetensors: a file can be written piece by piece after its start") {
  const std::vector<uint8_t> data{1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<NewTensor> tensors{{"a", "F16", {1, 2}}, {"b", "F32", {1}}};
  std::vector<uint8_t> bytes = safetensors_start(tensors, {{"key", "value"}});
  CHECK(bytes.size() % 8 == 0);
  CHECK(read_safetensors_metadata(bytes, "test") ==
        std::map<std::string, std::string>{{"key", "value"}});
  bytes.insert(bytes.end(), data.begin(), data.end());
  const std::span<const uint8_t> all(data);
  CHECK(bytes == safetensors_bytes({.tensors = {{"a", "F16", {1, 2}, all.first(4)},
                                                {"b", "F32", {1}, all.subspan(4)}},
                                    .metadata = {{"key", "value"}}}));
  CHECK_THROWS_AS(safetensors_start(std::vector<NewTensor>{{"a", "F17", {1}}}, {}), Error);
  CHECK_THROWS_AS(
      safetensors_start(std::vector<NewTensor>{{"a", "F16", {1}}, {"a", "F16", {1}}}, {}), Error);
}

TEST_CASE("safetensors: reading the header alone refuses the same files as reading all") {
  const auto refused = [](std::vector<uint8_t> bytes, const std::string& message) {
    const auto source = memory_source("some.file", std::move(bytes));
    CHECK_THROWS_MATCHES(read_safetensors_header(*source), Error,
                         Catch::Matchers::MessageMatches(ContainsSubstring("some.file") &&
                                                         ContainsSubstring(message)));
  };
  refused({}, "has 0 bytes");
  refused({1, 2, 3}, "has 3 bytes");
  refused(length_prefix(uint64_t{17} << 20U), "at most 16777216");
  refused(length_prefix(100), "the file is cut off");
  const std::string info = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  refused(file_with("{" + tensor("a", info) + "}", 7), "do not lie within the 7 bytes of data");
  refused(file_with("{" + tensor("a", info) + "}", 12), "but the file has 12 bytes of data");
}

}  // namespace convlab
