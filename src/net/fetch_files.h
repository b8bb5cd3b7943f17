#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "data/catalog.h"
#include "net/download.h"

namespace convlab {

/// Is told how fetch_files proceeds.
class FetchListener {
 public:
  FetchListener() = default;
  FetchListener(const FetchListener&) = delete;
  FetchListener& operator=(const FetchListener&) = delete;
  virtual ~FetchListener() = default;

  /// The file was in the folder already.
  virtual void present(const CatalogDownload& file) = 0;
  virtual void progress(const CatalogDownload& file, const DownloadProgress& progress) = 0;
  virtual void notice(const CatalogDownload& file, const std::string& text) = 0;
  /// The file is complete and checked. `progress` is the last that was reported.
  virtual void finished(const CatalogDownload& file, const DownloadProgress& progress) = 0;
  /// Called at least once per second; true ends fetch_files.
  virtual bool stopped() = 0;
};

/// A file made of parts of an entry's only download.
struct Excerpt {
  std::string file;                                         ///< its name
  std::function<FileParts(const ByteSource& file)> choose;  ///< as in Download
};

struct FetchOptions {
  std::filesystem::path folder;  ///< created if it does not exist
  /// The address of a server that has copies, as MIRROR/NAME/FILE; empty: the published addresses.
  std::string mirror;
  std::optional<Excerpt> excerpt = std::nullopt;
  double stall_seconds = 60;   ///< as in Download
  double retry_seconds = 0.5;  ///< as in Download
};

/// Downloads the files of a data set, one after the other, except those that are in the folder with
/// the expected SHA-256 (or size, where the catalog has no SHA-256), or the excerpt. Returns false
/// if the listener ended it. Throws Error as `download` does; for an entry without downloads or
/// with a file name that could lead out of the folder; and for a file in the folder that is another
/// one.
bool fetch_files(const CatalogEntry& entry, const FetchOptions& options, FetchListener& listener);

}  // namespace convlab
