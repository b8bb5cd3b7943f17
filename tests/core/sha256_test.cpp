#include "core/sha256.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string_view>
#include <vector>

#include "core/byte_source.h"

using namespace convlab;

namespace {

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string sha256(std::span<const uint8_t> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return sha256_text(hash.finish());
}

std::string sha256(std::string_view text) { return sha256(bytes_of(text)); }

}  // namespace

// The messages of FIPS 180-4's examples and of NIST's example file for SHA-256.
TEST_CASE("sha256: NIST's examples") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopq"
               "klmnopqrlmnopqrsmnopqrstnopqrstu") ==
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  CHECK(sha256(std::vector<uint8_t>(1'000'000, uint8_t{'a'})) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256: zeros of lengths at which the padding needs one block more, as sha256sum") {
  const auto zeros = [](size_t count) { return sha256(std::vector<uint8_t>(count)); };
  CHECK(zeros(55) == "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7");
  CHECK(zeros(56) == "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb");
  CHECK(zeros(63) == "c7723fa1e0127975e49e62e753db53924c1bd84b8ac1ac08df78d09270f3d971");
  CHECK(zeros(64) == "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b");
  CHECK(zeros(65) == "98ce42deef51d40269d542f5314bef2c7468d401ad5d85168bfab4c0108f75f7");
}

TEST_CASE("sha256: a source has the hash of its bytes, also of more than are read at once") {
  std::vector<uint8_t> bytes((size_t{2} << 20U) + 5, 7);
  Sha256 hash;
  hash.update(bytes);
  CHECK(sha256_of(*memory_source("a", bytes)) == sha256_text(hash.finish()));
  CHECK(sha256_of(*memory_source("none", {})) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("sha256: the result does not depend on how the bytes are divided") {
  std::vector<uint8_t> bytes(331);  // five blocks and a part of one
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(37 * i);
  const std::string whole = sha256(bytes);
  const std::span<const uint8_t> all(bytes);
  for (size_t first = 0; first <= bytes.size(); ++first) {
    Sha256 hash;
    hash.update(all.first(first));
    hash.update(all.subspan(first));
    REQUIRE(sha256_text(hash.finish()) == whole);
  }
  for (const size_t step : {1, 7, 63, 64, 65}) {
    Sha256 hash;
    for (size_t at = 0; at < bytes.size(); at += step)
      hash.update(all.subspan(at, std::min(step, bytes.size() - at)));
    CHECK(sha256_text(hash.finish()) == whole);
  }
}
