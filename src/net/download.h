#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "net/byte_range.h"

namespace convlab {

/// How far a download is.
struct DownloadProgress {
  uint64_t bytes = 0;             ///< of the file that are here
  std::optional<uint64_t> total;  ///< of the whole file, if known
  uint64_t received = 0;          ///< by this call, without what was here before
  double seconds = 0;             ///< since this call began
};

/// A file made of parts of another one.
struct FileParts {
  std::vector<uint8_t> start;     ///< that precedes them
  std::vector<ByteRange> ranges;  ///< of the other file, in the order in which they follow
};

/// A file to download. Functions may be empty.
struct Download {
  std::string url;                ///< http or https
  std::filesystem::path target;   ///< its folder must exist
  std::string sha256;             ///< 64 hexadecimal digits in lower case; empty: not checked
  std::optional<uint64_t> bytes;  ///< not used for parts
  double stall_seconds = 60;      ///< a connection on which nothing arrives for so long is given up
  double retry_seconds = 0.5;     ///< to wait before the second try; doubled for each further one
  /// Chooses the parts of the file on the server that are downloaded; empty: all of it. What it
  /// throws ends the download.
  std::function<FileParts(const ByteSource& file)> choose;
  std::function<void(const DownloadProgress&)> progress;
  std::function<void(const std::string&)> notice;  ///< why it tries again
  std::function<bool()> stopped;  ///< called at least once per second; true ends the download
};

/// Downloads a file. It arrives in NAME.part beside the target; a later call goes on where an
/// earlier one ended, if the server still has the same version and sends parts of files. Tries
/// again while connections fail, up to four times in a row without 1 MiB of progress. At the end
/// the size and the SHA-256 are checked, and the file is flushed to the disk and renamed to the
/// target, which it replaces. A file with another SHA-256 becomes NAME.bad instead.
///
/// Returns false if `stopped` ended it. Throws Error, which names the address or the file, if the
/// file cannot be had, is not the expected one, has more than `bytes` (64 GiB if that is not known)
/// or cannot be written, or if another process is downloading it. NAME.part then stays, except
/// where the server sends more than it should.
bool download(const Download& download);

}  // namespace convlab
