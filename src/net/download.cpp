#include "net/download.h"

#include <algorithm>

#include "core/counted.h"
#include "core/error.h"
#include "core/format.h"
#include "core/monotonic_seconds.h"
#include "net/http_get.h"
#include "net/http_headers.h"
#include "net/part_file.h"
#include "net/receive_ranges.h"
#include "net/retries.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t max_unknown_bytes = uint64_t{64} << 30;

/// Writes what a server sends to the part file.
class Receiver final : public HttpReceiver {
 public:
  Receiver(const Download& download, PartFile& part)
      : download_(download), part_(part), start_(monotonic_seconds()) {}

  bool begin(const HttpAnswer& answer) override {
    total_ = answer.total ? answer.total : download_.bytes;
    check_total(answer);
    PartOrigin origin{download_.url, answer.version, answer.total};
    if (answer.offset > 0) {
      const PartOrigin& before = part_.origin();
      // A server that sends the version that was asked for need not name it again.
      if (origin.version.empty() && before.url == origin.url) origin.version = before.version;
      if (before.url == origin.url && before != origin) return false;
    } else if (part_.size() > 0) {
      notice("the server sends the file from its start");
      part_.clear();
    }
    if (total_) part_.check_space(*total_);
    part_.set_origin(origin);
    return true;
  }

  void receive(std::span<const uint8_t> bytes) override {
    const uint64_t limit = download_.bytes.value_or(max_unknown_bytes);
    if (bytes.size() > limit - std::min(limit, part_.size())) {
      part_.clear();
      fail("[fetch] {}: the server sends more than {}; what had arrived was deleted", download_.url,
           download_.bytes ? "the expected " + counted(limit, "byte") : bytes_text(limit));
    }
    part_.append(bytes);
    received_ += bytes.size();
    if (download_.progress)
      download_.progress({part_.size(), total_, received_, monotonic_seconds() - start_});
  }

  bool stopped() override { return download_.stopped && download_.stopped(); }

  void notice(const std::string& text) const {
    if (download_.notice) download_.notice(text);
  }

 private:
  void check_total(const HttpAnswer& answer) const {
    if (!answer.total) return;
    if (download_.bytes && *answer.total != *download_.bytes) {
      fail("[fetch] {}: the server has a file of {}; expected {}", download_.url,
           counted(*answer.total, "byte"), *download_.bytes);
    }
    if (!download_.bytes && *answer.total > max_unknown_bytes) {
      fail("[fetch] {}: the server has a file of {}; at most {} are downloaded", download_.url,
           bytes_text(*answer.total), bytes_text(max_unknown_bytes));
    }
  }

  const Download& download_;
  PartFile& part_;
  std::optional<uint64_t> total_;
  uint64_t received_ = 0;
  double start_;
};

/// Prepares the request for what the part file lacks. Empties it where what it has may belong to
/// another version of the file and neither the server nor a checksum would tell.
HttpRequest next_request(const Download& download, PartFile& part) {
  const PartOrigin& origin = part.origin();
  const bool same_url = origin.url == download.url;
  const bool told_apart = !download.sha256.empty() || (same_url && !origin.version.empty());
  const uint64_t limit = download.bytes.value_or(max_unknown_bytes);
  if (part.size() > limit || !told_apart) part.clear();
  return {.url = download.url,
          .offset = part.size(),
          .version = same_url ? origin.version : "",
          .stall_seconds = download.stall_seconds};
}

/// Whether the part file has all bytes, as far as their number is known.
bool has_all(const Download& download, const PartFile& part) {
  if (download.bytes) return part.size() == *download.bytes;
  return !part.origin().total || part.size() == *part.origin().total;
}

/// Requests the file, again and again if need be, until all of it is here. Returns false if it was
/// stopped.
bool receive_all(const Download& download, PartFile& part) {
  Receiver receiver(download, part);
  Retries retries(download.retry_seconds, download.stopped);
  for (;;) {
    const HttpRequest request = next_request(download, part);
    HttpResult result = http_get(request, receiver);
    if (result.end == HttpEnd::stopped) return false;
    if (result.end == HttpEnd::complete) {
      if (has_all(download, part)) return true;
      result.reason = "the file ended early";
    }
    if (result.end == HttpEnd::unusable) part.clear();
    if (part.size() >= request.offset + Retries::progress_bytes) retries.reset();
    if (!retries.count_failure()) {
      fail("[fetch] {}: {}; gave up after {} tries. {}", download.url, result.reason,
           Retries::max_failures,
           part.size() > 0 ? bytes_text(part.size()) + " are kept, and the same command continues"
                           : "Nothing has arrived");
    }
    receiver.notice(result.reason + "; trying again");
    if (!retries.wait()) return false;
  }
}

/// Requests the file unless all of it is here already. Returns false if it was stopped.
bool receive_rest(const Download& download, PartFile& part) {
  const bool same_file = !download.sha256.empty() || part.origin().url == download.url;
  const bool is_here = part.size() > 0 && same_file && (download.bytes || part.origin().total) &&
                       has_all(download, part);
  return is_here || receive_all(download, part);
}

}  // namespace

bool download(const Download& download) {
  check_url(download.url);
  PartFile part(download.target);
  const bool complete =
      download.choose ? receive_ranges(download, part) : receive_rest(download, part);
  if (!complete) return false;
  if (!download.sha256.empty()) {
    const auto sum = part.sha256(download.stopped);
    if (!sum) return false;
    if (*sum != download.sha256) {
      const fs::path bad = part.set_aside();
      fail("[fetch] {}: the file has the SHA-256 {}; expected {}. It is kept as {}", download.url,
           *sum, download.sha256, bad.string());
    }
  }
  part.finish();
  return true;
}

}  // namespace convlab
