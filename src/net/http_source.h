#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "core/byte_source.h"
#include "net/byte_range.h"
#include "net/download.h"

namespace convlab {

/// What tells two versions of a file on a server apart.
struct HttpVersion {
  uint64_t bytes = 0;  ///< of the whole file
  std::string name;    ///< as version_of; may be empty

  bool operator==(const HttpVersion&) const = default;
};

/// A file on a server that sends parts of files. Tries again while connections fail, as `download`
/// does.
class HttpSource final : public ByteSource {
 public:
  /// Asks the server for the file; Download::url, the seconds, `notice` and `stopped` say how.
  /// Throws Error, which names the address, if the file cannot be had or the server sends only the
  /// whole of it. `download` must outlive the object.
  explicit HttpSource(const Download& download);
  explicit HttpSource(Download&& download) = delete;

  /// Each part that is read is of this version.
  const HttpVersion& version() const { return version_; }
  bool reads_on_any_thread() const override { return false; }

  /// Passes the bytes of `range`, which lies within the size, to `take` as they arrive. Returns
  /// false if `stopped` ended it. Throws Error, which names the address, if they cannot be had or
  /// the file is another one by now.
  bool receive(const ByteRange& range,
               const std::function<void(std::span<const uint8_t>)>& take) const;

 private:
  HttpSource(const Download& download, HttpVersion version);
  static HttpVersion ask(const Download& download);
  void read_within(uint64_t offset, std::span<uint8_t> out) const override;

  const Download& download_;
  HttpVersion version_;
};

}  // namespace convlab
