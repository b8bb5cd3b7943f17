#include "net/http_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/error.h"
#include "net/http_get.h"
#include "net/retries.h"

namespace convlab {

namespace {

/// Takes `bytes` bytes of a file, of the version `wanted` if that is given.
class RangeReceiver final : public HttpReceiver {
 public:
  using Take = std::function<void(std::span<const uint8_t>)>;

  RangeReceiver(const Download& download, std::optional<HttpVersion> wanted, uint64_t bytes,
                Take take)
      : download_(download), wanted_(std::move(wanted)), left_(bytes), take_(std::move(take)) {}

  bool begin(const HttpAnswer& answer) override {
    if (!answer.is_part || !answer.total) return false;
    found_ = {.bytes = *answer.total, .name = answer.version};
    if (!wanted_) return true;
    // A server that sends the version that was asked for need not name it again.
    return found_ == *wanted_ || (found_.name.empty() && found_.bytes == wanted_->bytes);
  }
  void receive(std::span<const uint8_t> bytes) override {
    if (bytes.size() > left_)
      fail("[fetch] {}: the server sends more than was asked for", download_.url);
    left_ -= bytes.size();
    take_(bytes);
  }
  bool stopped() override { return download_.stopped && download_.stopped(); }

  const HttpVersion& found() const { return found_; }
  uint64_t left() const { return left_; }

 private:
  const Download& download_;
  std::optional<HttpVersion> wanted_;
  uint64_t left_;
  Take take_;
  HttpVersion found_;
};

/// Passes the receiver.left() bytes before `end` to the receiver. Returns how it ended: complete,
/// stopped, or unusable if the server sends something else.
HttpEnd receive_range(const Download& download, const std::string& version, uint64_t end,
                      RangeReceiver& receiver) {
  Retries retries(download.retry_seconds, download.stopped);
  for (;;) {
    const uint64_t left = receiver.left();
    HttpResult result = http_get({.url = download.url,
                                  .offset = end - left,
                                  .end = end,
                                  .version = version,
                                  .stall_seconds = download.stall_seconds},
                                 receiver);
    if (result.end == HttpEnd::stopped || result.end == HttpEnd::unusable) return result.end;
    if (receiver.left() == 0) return HttpEnd::complete;
    if (result.end == HttpEnd::complete) result.reason = "the part of the file ended early";
    if (left - receiver.left() >= Retries::progress_bytes) retries.reset();
    if (!retries.count_failure()) {
      fail("[fetch] {}: {}; gave up after {} tries. Repeat the command to continue", download.url,
           result.reason, Retries::max_failures);
    }
    if (download.notice) download.notice(result.reason + "; trying again");
    if (!retries.wait()) return HttpEnd::stopped;
  }
}

[[noreturn]] void fail_stopped(const Download& download) {
  fail("[fetch] {}: interrupted", download.url);
}

}  // namespace

HttpSource::HttpSource(const Download& download) : HttpSource(download, ask(download)) {}

HttpSource::HttpSource(const Download& download, HttpVersion version)
    : ByteSource(download.url, version.bytes), download_(download), version_(std::move(version)) {}

HttpVersion HttpSource::ask(const Download& download) {
  RangeReceiver receiver(download, std::nullopt, 1, [](std::span<const uint8_t>) {});
  const HttpEnd end = receive_range(download, "", 1, receiver);
  if (end == HttpEnd::stopped) fail_stopped(download);
  if (end == HttpEnd::unusable)
    fail("[fetch] {}: the server does not send parts of this file", download.url);
  return receiver.found();
}

bool HttpSource::receive(const ByteRange& range, const RangeReceiver::Take& take) const {
  if (range.bytes == 0) return true;
  RangeReceiver receiver(download_, version_, range.bytes, take);
  const HttpEnd end = receive_range(download_, version_.name, range.end(), receiver);
  if (end == HttpEnd::unusable)
    fail("[fetch] {}: the file on the server has changed; repeat the command", download_.url);
  return end == HttpEnd::complete;
}

void HttpSource::read_within(uint64_t offset, std::span<uint8_t> out) const {
  const bool complete = receive({offset, out.size()}, [&](std::span<const uint8_t> bytes) {
    std::copy(bytes.begin(), bytes.end(), out.begin());
    out = out.subspan(bytes.size());
  });
  if (!complete) fail_stopped(download_);
}

}  // namespace convlab
