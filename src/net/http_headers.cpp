#include "net/http_headers.h"

#include <curl/curl.h>

#include <charconv>
#include <memory>
#include <system_error>

#include "core/error.h"
#include "core/quoted.h"

namespace convlab {

namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

Url parse_url(const std::string& text) {
  Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    fail("[fetch] {} is not an address; expected one such as https://example.org/file",
         in_single_quotes(text));
  }
  return url;
}

std::string part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return text;
}

std::string scheme_of(const std::string& text) {
  std::string scheme = part_of(parse_url(text), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    fail("[fetch] {}: files are fetched by http and https only", in_single_quotes(text));
  }
  return scheme;
}

/// Removes a number from the start of `text`.
std::optional<uint64_t> take_number(std::string_view& text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view text) {
  if (!take(text, "bytes ")) return std::nullopt;
  const auto first = take_number(text);
  if (!first || !take(text, "-")) return std::nullopt;
  const auto last = take_number(text);
  if (!last || !take(text, "/") || *last < *first) return std::nullopt;
  if (text == "*") return ContentRange{*first, *last, std::nullopt};
  const auto total = take_number(text);
  if (!total || !text.empty() || *last >= *total) return std::nullopt;
  return ContentRange{*first, *last, total};
}

std::string version_of(const std::string& etag, const std::string& last_modified) {
  return etag.empty() || etag.starts_with("W/") ? last_modified : etag;
}

void check_url(const std::string& url) { scheme_of(url); }

std::string redirected_url(const std::string& url, const std::string& location) {
  const Url next = parse_url(url);
  if (curl_url_set(next.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK) {
    fail("[fetch] {}: redirects to {}, which is not an address", url, in_single_quotes(location));
  }
  std::string target = part_of(next, CURLUPART_URL);
  const std::string scheme = scheme_of(target);
  if (scheme == "http" && scheme_of(url) == "https") {
    fail("[fetch] {}: redirects to {}; from https to http no redirect is followed", url,
         in_single_quotes(target));
  }
  return target;
}

}  // namespace convlab
