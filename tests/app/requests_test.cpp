#include "app/requests.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "core/error.h"

using namespace convlab;

namespace {

struct Recorder {
  std::vector<uint64_t> ids;
  Requests requests{[this](const Request&, uint64_t id) { ids.push_back(id); }};
};

}  // namespace

TEST_CASE("requests: a reply goes once to the sender of its request") {
  Recorder recorder;
  int first = 0;
  int second = 0;
  recorder.requests.send(Start{}, [&](const Reply&) { ++first; });
  recorder.requests.send(Pause{}, [&](const Reply&) { ++second; });
  REQUIRE(recorder.ids.size() == 2);
  recorder.requests.receive({.id = recorder.ids[1], .error = {}, .result = {}});
  recorder.requests.receive({.id = recorder.ids[1], .error = {}, .result = {}});
  CHECK(first == 0);
  CHECK(second == 1);
}

TEST_CASE("requests: a refusal stays until the next success or until it is dismissed") {
  Recorder recorder;
  const auto refuse = [&](ErrorKind kind) {
    recorder.requests.receive({.id = 0, .error = "[engine] no", .kind = kind, .result = {}});
  };
  refuse(ErrorKind::cancelled);  // which the user asked for
  CHECK(recorder.requests.refusal().empty());
  refuse(ErrorKind::invalid);
  CHECK(recorder.requests.refusal() == "[engine] no");
  recorder.requests.dismiss();
  CHECK(recorder.requests.refusal().empty());
  refuse(ErrorKind::failed);
  recorder.requests.send(Start{});
  CHECK_FALSE(recorder.requests.refusal().empty());
  recorder.requests.receive({.id = recorder.ids.back(), .error = {}, .result = {}});
  CHECK(recorder.requests.refusal().empty());
}

TEST_CASE("requests: one that cannot be sent is answered with the reason") {
  Requests requests([](const Request&, uint64_t) { fail("[engine] 1000 requests wait"); });
  std::string error;
  requests.send(Start{}, [&](const Reply& reply) { error = reply.error; });
  CHECK(error == "[engine] 1000 requests wait");
  CHECK(requests.refusal() == error);
}
