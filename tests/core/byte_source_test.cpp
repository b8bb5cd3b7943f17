#include "core/byte_source.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <limits>

#ifdef __linux__
#include <sys/stat.h>
#endif

#include "core/error.h"
#include "data/bytes.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

const Bytes ten{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

}  // namespace

TEST_CASE("byte source: a file and memory read the same") {
  const TemporaryFolder folder("byte-source");
  for (const auto& source : {memory_source("ten", ten), open_file(folder.write("ten", ten))}) {
    INFO(source->name());
    CHECK(source->size() == 10);
    CHECK(source->read(0, 10) == ten);
    CHECK(source->read(7, 2) == Bytes{7, 8});
    CHECK(source->read(10, 0).empty());
    Bytes part(3);
    source->read(4, part);
    CHECK(part == Bytes{4, 5, 6});
    const uint64_t max = std::numeric_limits<uint64_t>::max();
    for (const auto& [offset, count] :
         {std::pair<uint64_t, uint64_t>{8, 3}, {11, 0}, {1, max}, {max, 2}})
      CHECK_THROWS_MATCHES(source->read(offset, count), Error,
                           MessageMatches(ContainsSubstring("ten: ends at byte 10")));
  }
}

TEST_CASE("byte source: a file that became shorter is an error, not old bytes") {
  const TemporaryFolder folder("byte-source-shorter");
  const auto path = folder.write("file", ten);
  const auto source = open_file(path);
  std::filesystem::resize_file(path, 4);
  CHECK(source->read(0, 4) == Bytes{0, 1, 2, 3});
  CHECK_THROWS_MATCHES(source->read(0, 10), Error,
                       MessageMatches(ContainsSubstring("ends at byte 4, but had 10 bytes")));
}

TEST_CASE("byte source: what is no file is refused") {
  const TemporaryFolder folder("byte-source-none");
  CHECK_THROWS_MATCHES(open_file(folder.path() / "no"), Error,
                       MessageMatches(ContainsSubstring("No such file")));
  CHECK_THROWS_MATCHES(open_file(folder.path()), Error,
                       MessageMatches(ContainsSubstring("not a regular file")));
#ifdef __linux__
  const auto pipe = folder.path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_MATCHES(open_file(pipe), Error,
                       MessageMatches(ContainsSubstring("not a regular file")));
#endif
}

}  // namespace convlab
