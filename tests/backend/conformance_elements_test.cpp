#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <limits>

#include "backend/conformance.h"
#include "core/error.h"
#include "core/float16.h"

namespace convlab {

namespace {

// One element, counts around the SIMD width, odd counts, and enough elements for all threads.
int64_t element_counts() { return GENERATE(1, 3, 16, 65, 1000, 100'003); }

std::vector<uint8_t> random_bytes(int64_t count) {
  const auto values = random_values(count, 0);
  std::vector<uint8_t> bytes(values.size());
  std::transform(values.begin(), values.end(), bytes.begin(),
                 [](float value) { return static_cast<uint8_t>((value + 1) * 128); });
  return bytes;
}

/// Finite float16 numbers of all sizes, subnormal ones too.
std::vector<uint16_t> random_halves(int64_t count) {
  const auto values = random_values(count, 0);
  std::vector<uint16_t> halves(values.size());
  std::transform(values.begin(), values.end(), halves.begin(), [](float value) {
    const auto bits = static_cast<uint16_t>(std::abs(value) * 0x7BFF);
    return static_cast<uint16_t>(value < 0 ? bits | 0x8000U : bits);
  });
  return halves;
}

}  // namespace

TEST_CASE("upload and read_back keep every bit on every backend") {
  const int64_t count = element_counts();
  check_against_host([count](Device& device) {
    return std::vector<Output>{{device.read(device.random({count}))}};
  });
}

TEST_CASE("allocated memory is zero on every backend") {
  check_against_host([](Device& device) {
    const Buffer buffer = device.backend().allocate(4000);
    return std::vector<Output>{{device.read({{1000}, DType::f32, buffer.memory()})}};
  });
}

TEST_CASE("fill and copy match host") {
  const int64_t count = element_counts();
  check_against_host([count](Device& device) {
    const Tensor filled = device.output({count});
    device.backend().fill(filled, 0.1F);
    const Tensor copied = device.output({count});
    device.backend().copy(device.random({count}), copied);
    return std::vector<Output>{{device.read(filled)}, {device.read(copied)}};
  });
}

TEST_CASE("normalize_input gives host's bits, with a scale and an offset for each channel",
          "[no-tsan]") {
  // Channels of grey and colour images, and more than are computed together.
  const int64_t channels = GENERATE(1, 2, 3, 4, 5, 70);
  // One pixel, counts around those computed together, and enough pixels for all threads.
  const int64_t pixels = GENERATE(1, 63, 64, 130, 100'003);
  check_against_host([=](Device& device) {
    const Shape shape{pixels, channels};
    const Tensor x = device.bytes(shape, random_bytes(pixels * channels));
    const Tensor y = device.output(shape);
    device.backend().normalize_input(x, device.random({channels}), device.random({channels}), y);
    return std::vector<Output>{{device.read(y)}};
  });
}

TEST_CASE("normalize_input of float16 numbers gives host's bits") {
  const int64_t channels = GENERATE(1, 3, 70, 512);
  const int64_t pixels = GENERATE(1, 63, 3'001);
  check_against_host([=](Device& device) {
    const Shape shape{pixels, channels};
    const Tensor x = device.halves(shape, random_halves(pixels * channels));
    const Tensor y = device.output(shape);
    device.backend().normalize_input(x, device.random({channels}), device.random({channels}), y);
    return std::vector<Output>{{device.read(y)}};
  });
}

TEST_CASE("normalize_input of float16 numbers: x · scale + offset") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    const auto backend = kind.make(1);
    Device device(*backend);
    const Tensor y = device.output({1, 1, 2, 2});
    const Tensor x = device.halves(
        y.shape, {float16_of(0.5F), float16_of(-3), float16_of(0x1p-24F), float16_of(65'504)});
    backend->normalize_input(x, device.tensor({2}, {2, 1}), device.tensor({2}, {1, 0}), y);
    CHECK(device.read(y) == std::vector<float>{2, -3, 1 + 0x1p-23F, 65'504});
  }
}

TEST_CASE(
    "normalize_input: x · scale + offset of each channel; other types than bytes are refused") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    const auto backend = kind.make(1);
    Device device(*backend);
    const Tensor scale = device.tensor({3}, {1, 0.5, -2});
    const Tensor offset = device.tensor({3}, {0, -1, 3});
    const Tensor y = device.output({1, 1, 2, 3});
    backend->normalize_input(device.bytes(y.shape, {0, 0, 0, 255, 10, 4}), scale, offset, y);
    CHECK(device.read(y) == std::vector<float>{0, -1, 3, 255, 4, -5});
    CHECK_THROWS_AS(backend->normalize_input(device.random(y.shape), scale, offset, y), Error);
  }
}

TEST_CASE("normalize_input: the default scale and offset give the bits of x · (1 / 255)") {
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    const auto backend = kind.make(1);
    Device device(*backend);
    std::vector<uint8_t> all(256);
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint8_t>(i);
    const Tensor y = device.output({256, 1});
    backend->normalize_input(device.bytes(y.shape, all), device.tensor({1}, {1.0F / 255.0F}),
                             device.tensor({1}, {0}), y);
    const std::vector<float> found = device.read(y);
    for (size_t i = 0; i < all.size(); ++i)
      CHECK(found[i] == static_cast<float>(all[i]) * (1.0F / 255.0F));
  }
}

TEST_CASE("relu and its gradient match host, also in place") {
  const int64_t count = element_counts();
  check_against_host([count](Device& device) {
    Backend& backend = device.backend();
    const Tensor x = device.random({count});
    const Tensor y = device.output({count});
    backend.unary({UnaryOp::relu}, x, y);
    const Tensor dy = device.random({count});
    const Tensor dx = device.output({count});
    backend.unary_grad({UnaryOp::relu}, y, dy, dx);
    backend.unary({UnaryOp::relu}, x, x);
    backend.unary_grad({UnaryOp::relu}, y, dy, dy);
    return std::vector<Output>{
        {device.read(y)}, {device.read(dx)}, {device.read(x)}, {device.read(dy)}};
  });
}

TEST_CASE("every unary function matches host, with its gradient, also in place") {
  const int64_t count = GENERATE(1, 65, 100'003);
  const auto op =
      GENERATE(UnaryOp::relu6, UnaryOp::leaky_relu, UnaryOp::elu, UnaryOp::gelu, UnaryOp::silu,
               UnaryOp::hard_swish, UnaryOp::sigmoid, UnaryOp::tanh, UnaryOp::affine);
  INFO("operation " << static_cast<int>(op));
  check_against_host([=](Device& device) {
    Backend& backend = device.backend();
    const Tensor x = device.random({count});
    backend.unary({UnaryOp::affine, 8}, x, x);  // covers both sides of every kink
    const UnaryDesc desc{op, 0.25F, 0.5F};
    const Tensor y = device.output({count});
    backend.unary(desc, x, y);
    const Tensor from = grad_from_input(op) ? x : y;
    const Tensor dy = device.random({count});
    const Tensor dx = device.output({count});
    backend.unary_grad(desc, from, dy, dx);
    backend.unary_grad(desc, from, dy, dy);
    backend.unary(desc, x, x);
    // Where tanh is nearly 1, its slope 1 - y² suffers from cancellation.
    constexpr double gradient = 0.5;
    return std::vector<Output>{{device.read(y), 1e-6},
                               {device.read(dx), 1e-6, gradient},
                               {device.read(x), 1e-6},
                               {device.read(dy), 1e-6, gradient}};
  });
}

TEST_CASE("unary functions match host at 0, near it and far away, with their gradients") {
  const auto op = GENERATE(UnaryOp::relu, UnaryOp::relu6, UnaryOp::leaky_relu, UnaryOp::elu,
                           UnaryOp::gelu, UnaryOp::silu, UnaryOp::hard_swish, UnaryOp::sigmoid,
                           UnaryOp::tanh, UnaryOp::affine);
  INFO("operation " << static_cast<int>(op));
  const float smallest = std::numeric_limits<float>::denorm_min();
  const float value =
      GENERATE_COPY(0.0F, -0.0F, smallest, -3 * smallest, 1e-30F, -1e-20F, 1e-6F, -3.0F, 3.0F,
                    20.0F, -20.0F, 100.0F, -100.0F, 1e30F, -1e30F, 3e38F, -3e38F);
  INFO("of " << value);
  check_against_host([=](Device& device) {
    Backend& backend = device.backend();
    const UnaryDesc desc{op, 0.25F, 0.5F};
    const Tensor x = device.tensor({2}, {value, 1});
    const Tensor y = device.output({2});
    backend.unary(desc, x, y);
    const Tensor dy = device.tensor({2}, {1, 1});
    const Tensor dx = device.output({2});
    backend.unary_grad(desc, grad_from_input(op) ? x : y, dy, dx);
    return std::vector<Output>{{device.read(y), 1e-6}, {device.read(dx), 1e-6, 0.5}};
  });
}

TEST_CASE("activations propagate NaN at any position, and create none") {
  const auto op = GENERATE(UnaryOp::relu, UnaryOp::relu6, UnaryOp::leaky_relu, UnaryOp::elu,
                           UnaryOp::gelu, UnaryOp::silu, UnaryOp::hard_swish, UnaryOp::sigmoid,
                           UnaryOp::tanh, UnaryOp::affine);
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name << ", operation " << static_cast<int>(op));
    const auto backend = kind.make(1);
    Device device(*backend);
    std::vector<float> values(37, 0.5F);
    for (const size_t place : {size_t{0}, size_t{17}, size_t{36}}) values[place] = nan;
    values[5] = infinity;
    const Tensor x = device.tensor({37}, values);
    const Tensor y = device.output({37});
    backend->unary({op, 0.25F, 0.5F}, x, y);
    const std::vector<float> got = device.read(y);
    for (size_t i = 0; i < got.size(); ++i) CHECK(std::isnan(got[i]) == std::isnan(values[i]));
  }
}

TEST_CASE("channels are copied and scaled as on host") {
  const auto shape = GENERATE(Shape{2, 5, 3, 7}, Shape{1, 1, 1, 1}, Shape{9, 30, 31, 16});
  check_against_host([=](Device& device) {
    Backend& backend = device.backend();
    const int64_t channels = shape[3];
    const Tensor x = device.random(shape);
    const Tensor wide = device.random({shape[0], shape[1], shape[2], channels + 4});
    backend.copy_columns(x, 0, wide, 3, channels);
    const Tensor narrow = device.output(shape);
    backend.copy_columns(wide, 4, narrow, 0, channels);
    const Tensor scales = device.random({shape[0], channels});
    const Tensor y = device.output(shape);
    backend.scale_channels(x, scales, y);
    const Tensor dscales = device.output({shape[0], channels});
    backend.scale_channels_grad(x, narrow, dscales);
    return std::vector<Output>{{device.read(wide)},
                               {device.read(narrow)},
                               {device.read(y)},
                               sums_of_products(device.read(dscales), shape[1] * shape[2])};
  });
}

TEST_CASE("binary operations match host, also in place") {
  const int64_t count = element_counts();
  const auto op = GENERATE(BinaryOp::add, BinaryOp::multiply);
  check_against_host([=](Device& device) {
    const Tensor a = device.random({count});
    const Tensor b = device.random({count});
    const Tensor c = device.output({count});
    device.backend().binary(op, a, b, c);
    device.backend().binary(op, a, b, a);
    device.backend().binary(op, c, b, b);
    return std::vector<Output>{{device.read(c)}, {device.read(a)}, {device.read(b)}};
  });
}

TEST_CASE("dropout masks are the same bits as host's in every step") {
  const int64_t count = element_counts();
  const float rate = GENERATE(0.0F, 0.25F, 0.5F);
  check_against_host([=](Device& device) {
    std::vector<Output> outputs;
    for (const uint64_t step : {uint64_t{1}, uint64_t{2}, uint64_t{1} << 31}) {
      device.backend().set_step({.learning_rate = 0, .step = step});
      const Tensor mask = device.output({count});
      device.backend().dropout_mask({.rate = rate, .seed = 0x123456789, .stream = ~uint64_t{0}},
                                    mask);
      outputs.push_back({device.read(mask)});
    }
    return outputs;
  });
}

}  // namespace convlab
