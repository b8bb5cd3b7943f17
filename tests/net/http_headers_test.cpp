#include "net/http_headers.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace convlab {
namespace {

void check_refused(const std::string& url, const std::string& location, const std::string& text) {
  CHECK_THROWS_MATCHES(redirected_url(url, location), Error,
                       MessageMatches(ContainsSubstring(text)));
}

}  // namespace

TEST_CASE("http headers: Content-Range") {
  const auto range = parse_content_range("bytes 100-199/200");
  REQUIRE(range);
  CHECK(range->first == 100);
  CHECK(range->last == 199);
  CHECK(range->total == uint64_t{200});
  REQUIRE(parse_content_range("bytes 0-0/*"));
  CHECK_FALSE(parse_content_range("bytes 0-0/*")->total);
  // The last number is 2^64.
  for (const char* text :
       {"", "bytes", "bytes */200", "bytes 5-4/10", "bytes 0-10/10", "bytes 0-9/10x", "bytes -9/10",
        "bytes 0-9", "items 0-9/10", "bytes 0-9/18446744073709551616", "bytes +0-9/10"}) {
    INFO(text);
    CHECK_FALSE(parse_content_range(text));
  }
}

TEST_CASE("http headers: a version is a strong ETag, or else the date") {
  CHECK(version_of("\"a\"", "Thu, 31 Aug 2017 10:50:27 GMT") == "\"a\"");
  CHECK(version_of("W/\"a\"", "Thu, 31 Aug 2017 10:50:27 GMT") == "Thu, 31 Aug 2017 10:50:27 GMT");
  CHECK(version_of("W/\"a\"", "").empty());
}

TEST_CASE("http headers: redirects may lead from http to https, never back") {
  CHECK(redirected_url("http://a.org/x/y", "https://b.org/z") == "https://b.org/z");
  CHECK(redirected_url("https://a.org/x/y", "../z") == "https://a.org/z");
  CHECK(redirected_url("https://a.org/x/y", "//b.org/z") == "https://b.org/z");
  check_refused("https://a.org/x", "http://a.org/x", "from https to http no redirect is followed");
}

TEST_CASE("http headers: only http and https are addresses of files") {
  check_refused("http://a.org/x", "file:///etc/passwd", "http and https only");
  check_refused("http://a.org/x", "ftp://a.org/x", "http and https only");
  check_refused("http://a.org/x", "http://a.org:port/x", "is not an address");
  CHECK_THROWS_AS(check_url("file:///etc/passwd"), Error);
  CHECK_THROWS_AS(check_url("a file"), Error);
  CHECK_NOTHROW(check_url("http://a.org/x"));
}

}  // namespace convlab
