#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace convlab {

/// A file on a server, or a part of one.
struct HttpRequest {
  std::string url;
  uint64_t offset = 0;          ///< the first byte that is asked for
  std::optional<uint64_t> end;  ///< the first byte that is not; nothing: all to the end of the file
  /// What version_of named when the bytes before `offset` came; if the server has another version
  /// by now, it sends the whole file. Empty: not asked for.
  std::string version;
  double stall_seconds = 60;  ///< fails if nothing arrives for so long
};

/// What a server says before it sends a file.
struct HttpAnswer {
  bool is_part = false;           ///< what was asked for follows; otherwise the whole file
  uint64_t offset = 0;            ///< position in the file of the first byte that follows
  std::optional<uint64_t> total;  ///< bytes of the whole file
  std::string version;            ///< as version_of
};

/// Takes what http_get receives. What it throws ends the request and is thrown by http_get.
class HttpReceiver {
 public:
  HttpReceiver() = default;
  HttpReceiver(const HttpReceiver&) = delete;
  HttpReceiver& operator=(const HttpReceiver&) = delete;
  virtual ~HttpReceiver() = default;

  /// Called before the first bytes. False ends the request as HttpEnd::unusable.
  virtual bool begin(const HttpAnswer& answer) = 0;
  virtual void receive(std::span<const uint8_t> bytes) = 0;
  /// Called at least once per second; true ends the request as HttpEnd::stopped.
  virtual bool stopped() = 0;
};

enum class HttpEnd : uint8_t {
  complete,  ///< the server has sent all that it announced
  stopped,
  failed,    ///< another try may succeed
  unusable,  ///< so may one for the whole file
};
struct HttpResult {
  HttpEnd end = HttpEnd::failed;
  std::string reason;  ///< of failed and unusable
};

/// Requests a file and passes it to `receiver` as it arrives. Follows at most five redirects, under
/// the rules of redirected_url. Throws Error, which names the address, where another try would not
/// help: the server does not have the file or refuses it, is unknown, or its certificate is
/// invalid.
HttpResult http_get(const HttpRequest& request, HttpReceiver& receiver);

}  // namespace convlab
