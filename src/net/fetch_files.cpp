#include "net/fetch_files.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

#include "core/counted.h"
#include "core/error.h"
#include "core/quoted.h"
#include "net/part_file.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

/// Letters, digits and some signs: what is the same in a file system and in an address.
bool is_plain_name(std::string_view name) {
  constexpr size_t max_length = 200;  // leaves room for the endings of temporary files
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= max_length && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), is_plain);
}

void check_names(const CatalogEntry& entry) {
  if (entry.downloads.empty())
    fail("[fetch] {}: cannot be downloaded. To get it: {}", entry.name, entry.get);
  std::set<std::string> names;
  for (const CatalogDownload& file : entry.downloads) {
    if (!is_plain_name(file.file)) {
      fail("[fetch] {}: the catalog has the file name {}; expected letters, digits, '.', '-', '_'",
           entry.name, in_single_quotes(file.file));
    }
    if (!names.insert(file.file).second)
      fail("[fetch] {}: the catalog has the file {} twice", entry.name, file.file);
  }
}

std::string url_of(const CatalogEntry& entry, const CatalogDownload& file, std::string mirror) {
  if (mirror.empty()) return file.url;
  while (mirror.ends_with('/')) mirror.pop_back();
  return mirror + "/" + entry.name + "/" + file.file;
}

/// Whether the file is in its place; nothing if the check was stopped. Throws Error if another file
/// is there.
std::optional<bool> is_present(const CatalogDownload& file, const fs::path& path,
                               FetchListener& listener) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return false;
  const char* advice = "It was not changed; rename or delete it to download the published one";
  if (!fs::is_regular_file(status)) fail("[fetch] {}: is not a file. {}", path.string(), advice);
  const uintmax_t size = fs::file_size(path, error);
  if (file.bytes && size != *file.bytes) {
    fail("[fetch] {}: has {}; expected {}. {}", path.string(), counted(size, "byte"), *file.bytes,
         advice);
  }
  if (file.sha256.empty()) return true;
  const auto sum = sha256_of_file(path, [&] { return listener.stopped(); });
  if (!sum) return std::nullopt;
  if (*sum != file.sha256) {
    fail("[fetch] {}: has the SHA-256 {}; expected {}. {}", path.string(), *sum, file.sha256,
         advice);
  }
  return true;
}

bool fetch_file(const CatalogDownload& file, const std::string& url, const FetchOptions& options,
                FetchListener& listener) {
  const fs::path target = options.folder / file.file;
  const auto present = is_present(file, target, listener);
  if (!present) return false;
  if (*present) {
    listener.present(file);
    return true;
  }
  DownloadProgress last;
  const bool complete =
      download({.url = url,
                .target = target,
                .sha256 = file.sha256,
                .bytes = file.bytes,
                .stall_seconds = options.stall_seconds,
                .retry_seconds = options.retry_seconds,
                .choose = options.excerpt ? options.excerpt->choose : nullptr,
                .progress =
                    [&](const DownloadProgress& progress) {
                      last = progress;
                      listener.progress(file, progress);
                    },
                .notice = [&](const std::string& text) { listener.notice(file, text); },
                .stopped = [&] { return listener.stopped(); }});
  if (complete) listener.finished(file, last);
  return complete;
}

}  // namespace

bool fetch_files(const CatalogEntry& entry, const FetchOptions& options, FetchListener& listener) {
  check_names(entry);
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (error) fail("[fetch] {}: cannot be created: {}", options.folder.string(), error.message());
  return std::all_of(
      entry.downloads.begin(), entry.downloads.end(), [&](const CatalogDownload& file) {
        const std::string url = url_of(entry, file, options.mirror);
        if (!options.excerpt) return fetch_file(file, url, options, listener);
        return fetch_file({.url = file.url, .file = options.excerpt->file}, url, options, listener);
      });
}

}  // namespace convlab
