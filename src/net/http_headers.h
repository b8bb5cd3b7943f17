#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace convlab {

/// The value of a Content-Range header: "bytes 100-199/200".
struct ContentRange {
  uint64_t first = 0;
  uint64_t last = 0;              ///< included
  std::optional<uint64_t> total;  ///< of the whole file; nothing for "*"
};
/// Returns nothing if the text is no valid range of bytes.
std::optional<ContentRange> parse_content_range(std::string_view text);

/// Returns what names a version of a file in If-Range: its ETag, unless that is missing or weak
/// (W/…), which does not promise equal bytes; else its Last-Modified. Empty if there is neither.
std::string version_of(const std::string& etag, const std::string& last_modified);

/// Throws Error if `url` is not the address of a file on an http or https server.
void check_url(const std::string& url);
/// Returns the address to which a server redirects from `url`, made absolute. Throws Error if it is
/// not http or https, or leads from https to http, where anyone on the way could change the bytes.
std::string redirected_url(const std::string& url, const std::string& location);

}  // namespace convlab
