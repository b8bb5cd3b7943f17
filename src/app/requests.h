#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "engine/replies.h"
#include "engine/requests.h"

namespace convlab {

/// Sends the requests of the panels and passes each reply to whoever sent its request.
class Requests {
 public:
  using Post = std::function<void(Request request, uint64_t id)>;
  using Handler = std::function<void(const Reply& reply)>;

  /// `post` passes a request to the engine, which answers it once.
  explicit Requests(Post post) : post_(std::move(post)) {}

  /// Sends a request. `handle` gets the reply, which is an error if the request cannot be sent.
  void send(Request request, Handler handle = {});
  /// Takes a reply of the engine.
  void receive(const Reply& reply);

  /// Returns the message of the last reply if that was an error, empty after dismiss. A cancelled
  /// request is no error.
  const std::string& refusal() const { return refusal_; }
  void dismiss() { refusal_.clear(); }

 private:
  Post post_;
  uint64_t last_id_ = 0;
  std::map<uint64_t, Handler> open_;
  std::string refusal_;
};

}  // namespace convlab
