#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "fuzz/target_parts.h"
#include "net/http_headers.h"
#include "net/part_file.h"

namespace convlab {

namespace {

void read_content_range(std::span<const uint8_t> input) {
  const auto range = parse_content_range(text_of(input));
  if (!range) return;
  expect(range->first <= range->last);
  expect(!range->total || range->last < *range->total);
}

std::vector<Bytes> content_range_seeds() {
  return {bytes_of("bytes 100-199/200"), bytes_of("bytes 0-18446744073709551614/*")};
}

/// The address, and behind the first line break where a server redirects to.
void read_redirect(std::span<const uint8_t> input) {
  const std::string_view text = text_of(input);
  const std::string url(text.substr(0, text.find('\n')));
  const std::string location(text.substr(std::min(url.size() + 1, text.size())));
  const std::string target = redirected_url(url, location);
  must([&] { check_url(target); });
  expect(!target.starts_with("http:") || !url.starts_with("https:"));
}

std::vector<Bytes> redirect_seeds() {
  return {bytes_of("https://example.org/a/b?c=d\n../e%20f"),
          bytes_of("http://user@example.org:8080/a\nhttps://[::1]/é#x")};
}

/// Damaged ones are as good as none.
void read_part_origin(std::span<const uint8_t> input) {
  const PartOrigin origin = parse_part_origin(input);
  expect(origin.version.find('\n') == std::string::npos);
  expect(parse_part_origin(bytes_of(part_origin_text(origin))) == origin);
}

std::vector<Bytes> part_origin_seeds() {
  return {
      bytes_of(part_origin_text({"https://example.org/a.zip", "\"1\"", 12})),
      bytes_of(part_origin_text({"http://example.org/ü", "Thu, 31 Aug 2017 10:50:27 GMT", {}}))};
}

// libcurl allocates by itself, so that only the texts count.
constexpr std::array targets{
    FuzzTarget{"Content-Range", read_content_range, content_range_seeds, 10},
    FuzzTarget{"redirect", read_redirect, redirect_seeds, 100},
    FuzzTarget{"origin of a partial download", read_part_origin, part_origin_seeds, 500},
};

}  // namespace

std::span<const FuzzTarget> download_targets() { return targets; }

}  // namespace convlab
