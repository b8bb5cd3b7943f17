#include "app/requests.h"

#include <exception>

namespace convlab {

void Requests::send(Request request, Handler handle) {
  const uint64_t id = ++last_id_;
  open_.emplace(id, std::move(handle));
  try {
    post_(std::move(request), id);
  } catch (const std::exception& error) {
    receive({.id = id, .error = error.what(), .kind = ErrorKind::invalid, .result = {}});
  }
}

void Requests::receive(const Reply& reply) {
  if (reply.error.empty() || reply.kind != ErrorKind::cancelled) refusal_ = reply.error;
  const auto found = open_.find(reply.id);
  if (found == open_.end()) return;
  const Handler handle = std::move(found->second);
  open_.erase(found);
  if (handle) handle(reply);
}

}  // namespace convlab
