#pragma once

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "engine/engine.h"

namespace convlab {

inline std::vector<uint8_t> checkpoint_of(Engine& engine) {
  return engine.call<SavedFile>(SaveCheckpoint{}).bytes;
}

inline std::vector<uint8_t> model_of(Engine& engine) {
  return engine.call<SavedFile>(SaveModel{}).bytes;
}

/// Sends a request that must be refused, and returns the message.
template <class Kind>
std::string refusal_of(Engine& engine, Kind request) {
  constexpr uint64_t id = 77;
  engine.send(std::move(request), id);
  engine.advance();
  while (const std::optional<Reply> reply = engine.take_reply()) {
    if (reply->id != id) continue;
    CHECK_FALSE(reply->error.empty());
    CHECK(reply->kind == ErrorKind::invalid);
    return reply->error;
  }
  FAIL("the request has no reply");
  return {};
}

}  // namespace convlab
