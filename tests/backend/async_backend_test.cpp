#include "backend/async_backend.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <vector>

#include "backend/device.h"
#include "core/error.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Floats = std::vector<float>;

TEST_CASE("async backend: a result arrives after further operations, with the values of its time") {
  AsyncBackend backend({.delay = 3});
  Device device(backend);
  const Tensor x = device.tensor({2}, {1, 2});
  backend.synchronize();
  const int waits = backend.counts().waits;
  const std::unique_ptr<ReadBack> read = backend.read_back(x);
  const Tensor other{{1}, DType::f32, x.memory};
  for (int i = 0; i < 3; ++i) backend.fill(other, 7);
  CHECK(read->ready());
  CHECK(Floats(read->values().begin(), read->values().end()) == Floats{1, 2});
  CHECK(backend.counts().waits == waits);
  CHECK(device.read(x) == Floats{7, 2});  // waits
  CHECK(backend.counts().waits == waits + 1);
}

TEST_CASE("async backend: its memory fills") {
  constexpr size_t page = 4096;
  AsyncBackend backend({.memory = 3 * page});
  const Buffer first = backend.allocate(2 * page);
  CHECK(backend.memory_left() == page);
  CHECK_THROWS_WITH(backend.allocate(page + 1), ContainsSubstring("[async] not enough memory"));
  CHECK(backend.allocate(page / 2).bytes() == page / 2);
}

TEST_CASE("upload buffer: new contents do not change those that are on their way") {
  AsyncBackend async({.delay = 10});
  HostBackend host;
  for (Backend* backend : std::vector<Backend*>{&async, &host}) {
    INFO(backend->name());
    const std::unique_ptr<UploadBuffer> buffer = backend->allocate_upload(sizeof(float));
    const Tensor x{{1}, DType::f32, buffer->memory()};
    const Buffer sum_buffer = backend->allocate(sizeof(float));
    const Tensor sum{{1}, DType::f32, sum_buffer.memory()};
    for (const float value : {1.0F, 20.0F, 300.0F}) {
      *static_cast<float*>(buffer->host()) = value;
      buffer->upload(sizeof(float));
      backend->binary(BinaryOp::add, sum, x, sum);
    }
    CHECK(backend->read_back(sum)->values()[0] == 321);
  }
}

TEST_CASE("run_step: without recording the body runs each time") {
  HostBackend host;
  OpSlot slot;
  int calls = 0;
  for (int i = 0; i < 3; ++i) host.run_step(slot, [&] { ++calls; });
  CHECK(calls == 3);
}

TEST_CASE("run_step: a replay runs the operations with the step's values, and not the body") {
  AsyncBackend backend({});
  Device device(backend);
  const Tensor x = device.tensor({1}, {1});
  const Tensor y = device.tensor({1}, {0});
  OpSlot slot;
  int calls = 0;
  const auto body = [&] {
    ++calls;
    backend.lerp(x, StepWeight::average, y);
  };
  for (const float weight : {0.5F, 0.5F, 0.25F, 1.0F}) {
    backend.fill(y, 0);
    backend.set_step({.average_weight = weight});
    backend.run_step(slot, body);
    CHECK(device.read(y)[0] == weight);
  }
  CHECK(calls == 2);
  CHECK(backend.counts().replays == 2);
}

}  // namespace
}  // namespace convlab
