#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "backend/device.h"
#include "backend/host/host_backend.h"
#include "core/error.h"
#include "core/random.h"

namespace convlab {

using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using Floats = std::vector<float>;

namespace {

/// A host backend with a Device for its tensors, and a slot, which host leaves empty.
struct Fixture {
  HostBackend backend;
  Device device{backend};
  OpSlot slot;

  Floats read(const Tensor& tensor) { return device.read(tensor); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "host memory is counted and freed") {
  CHECK(backend.memory_use().bytes == 0);
  {
    const Buffer first = backend.allocate(1000);
    const Buffer second = backend.allocate(24);
    CHECK(first.bytes() == 1000);
    CHECK(backend.memory_use().bytes == 1024);
  }
  CHECK(backend.memory_use().bytes == 0);
  CHECK(backend.memory_use().peak_bytes == 1024);
}

TEST_CASE_METHOD(Fixture, "host memory is aligned, zero and readable past its end") {
  for (const size_t bytes : {size_t{0}, size_t{1}, size_t{64}, size_t{100}}) {
    const Buffer buffer = backend.allocate(bytes);
    CHECK(reinterpret_cast<uintptr_t>(buffer.memory()) % tensor_alignment == 0);
    const auto* first = static_cast<const uint8_t*>(buffer.memory());
    CHECK(std::accumulate(first, first + bytes + tensor_alignment, 0) == 0);
  }
}

TEST_CASE_METHOD(Fixture, "host reports the size of a failed allocation") {
  CHECK_THROWS_WITH(
      backend.allocate(SIZE_MAX),
      ContainsSubstring("[host]") && ContainsSubstring(std::to_string(SIZE_MAX >> 20U) + " MB"));
  CHECK(backend.memory_use().bytes == 0);
}

TEST_CASE_METHOD(Fixture, "host reads back floats immediately, and refuses other types") {
  const Tensor x = device.tensor({2}, {1, 2});
  const auto values = backend.read_back(x);
  backend.fill(x, 0);
  CHECK(values->ready());
  CHECK(values->values()[1] == 2);
  CHECK_THROWS_AS(backend.read_back(device.labels({1})), Error);
}

TEST_CASE_METHOD(Fixture, "host relu keeps NaN, so that divergence is detected") {
  const Tensor x = device.tensor({3}, {-1, 2, NAN});
  backend.unary({UnaryOp::relu}, x, x);
  CHECK(read(x)[0] == 0);
  CHECK(read(x)[1] == 2);
  CHECK(std::isnan(read(x)[2]));
}

TEST_CASE_METHOD(Fixture, "host dropout mask: each element from its own Philox word") {
  backend.set_step({.learning_rate = 0, .step = 5});
  const Tensor mask = device.output({10});
  backend.dropout_mask({.rate = 0.2F, .seed = 11, .stream = 22}, mask);
  const Floats values = read(mask);
  for (size_t i = 0; i < values.size(); ++i) {
    const uint32_t word = philox(11, 22, (uint64_t{5} << 32) + i / 4)[i % 4];
    CHECK(values[i] == (to_unit_float(word) < 0.2F ? 0.0F : 1.25F));
  }
}

TEST_CASE_METHOD(Fixture, "host gemm by hand: all transpositions give the same product") {
  const bool transpose_a = GENERATE(false, true);
  const bool transpose_b = GENERATE(false, true);
  // (1 2 3; 4 5 6) · (1 0; 0 1; 2 -3) + (10, 20)
  const Tensor a = transpose_a ? device.tensor({3, 2}, {1, 4, 2, 5, 3, 6})
                               : device.tensor({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b = transpose_b ? device.tensor({2, 3}, {1, 0, 2, 0, 1, -3})
                               : device.tensor({3, 2}, {1, 0, 0, 1, 2, -3});
  const Tensor c = device.output({2, 2});
  GemmDesc desc{.transpose_a = transpose_a, .transpose_b = transpose_b};
  backend.gemm({slot}, desc, a, b, {}, c);
  CHECK(read(c) == Floats{7, -7, 16, -13});
  desc.activation = Activation::relu;
  backend.gemm({slot}, desc, a, b, device.tensor({2}, {-10, 10}), c);
  CHECK(read(c) == Floats{0, 3, 6, 0});
}

TEST_CASE_METHOD(Fixture, "host conv2d by hand: a 2x2 kernel over 3x3, then with padding") {
  const Tensor x = device.tensor({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  Parameter kernel{
      .name = "kernel", .value = device.tensor({1, 2, 2, 1}, {1, 0, 0, -1}), .grad = {}};
  const Parameter bias{.name = "bias", .value = device.tensor({1}, {0.5F}), .grad = {}};
  Conv2dDesc desc{.kernel = {2, 2}, .stride = {}, .dilation = {}, .padding = {}};
  const Tensor y = device.output({1, 2, 2, 1});
  backend.conv2d({slot}, desc, x, kernel, &bias, y);
  CHECK(read(y) == Floats{-3.5F, -3.5F, -3.5F, -3.5F});
  desc.activation = Activation::relu;
  backend.conv2d({slot}, desc, x, kernel, &bias, y);
  CHECK(read(y) == Floats{0, 0, 0, 0});

  const Conv2dDesc padded{
      .kernel = {2, 2}, .stride = {2, 2}, .dilation = {}, .padding = {1, 0, 1, 0}};
  backend.conv2d({slot}, padded, x, kernel, nullptr, y);
  CHECK(read(y) == Floats{-1, -3, -7, 1 * 5 - 9});
}

TEST_CASE_METHOD(Fixture, "host conv2d: dilation reads spaced pixels") {
  const Tensor x = device.tensor({1, 1, 5, 1}, {1, 10, 100, 1000, 10000});
  const Parameter kernel{
      .name = "kernel", .value = device.tensor({1, 1, 2, 1}, {1, 2}), .grad = {}};
  const Tensor y = device.output({1, 1, 3, 1});
  backend.conv2d({slot}, {.kernel = {1, 2}, .stride = {}, .dilation = {1, 2}, .padding = {}}, x,
                 kernel, nullptr, y);
  CHECK(read(y) == Floats{201, 2010, 20100});
}

TEST_CASE_METHOD(Fixture, "host conv2d gradients are the adjoints of the convolution") {
  // y is linear in x and in the kernel, so <dy, conv(x, k)> = <grad_input(dy, k), x> =
  // <grad_kernel(x, dy), k>.
  const Conv2dDesc desc{
      .kernel = {3, 2}, .stride = {2, 1}, .dilation = {1, 2}, .padding = {1, 0, 2, 1}};
  const Tensor x = device.random({2, 6, 5, 3});
  const Tensor y = device.output({2, 3, 6, 4});
  const Parameter kernel = device.parameter({4, 3, 2, 3});
  const Tensor dy = device.random(y.shape);
  const Tensor dx = device.output(x.shape);
  const Tensor kernel_grad = device.output(kernel.value.shape);
  backend.conv2d({slot}, desc, x, kernel, nullptr, y);
  backend.conv2d_grad_input({slot}, desc, dy, kernel, dx);
  backend.conv2d_grad_kernel({slot}, desc, x, dy, kernel_grad, {});

  const auto dot = [this](const Tensor& a, const Tensor& b) {
    const Floats left = read(a);
    const Floats right = read(b);
    return std::inner_product(left.begin(), left.end(), right.begin(), 0.0);
  };
  CHECK(dot(dx, x) == Approx(dot(dy, y)).epsilon(1e-5));
  CHECK(dot(kernel_grad, kernel.value) == Approx(dot(dy, y)).epsilon(1e-5));
}

TEST_CASE_METHOD(Fixture, "host conv2d gradients equal differences of the output") {
  const Conv2dDesc desc{.kernel = {2, 2}, .stride = {}, .dilation = {}, .padding = {0, 1, 0, 1}};
  const Tensor x = device.random({1, 3, 3, 2});
  Parameter kernel = device.parameter({2, 2, 2, 2});
  const Tensor y = device.output({1, 3, 3, 2});
  const Tensor ones = device.tensor(y.shape, Floats(18, 1));
  const auto total = [&] {
    backend.conv2d({slot}, desc, x, kernel, nullptr, y);
    const Floats values = read(y);
    return std::accumulate(values.begin(), values.end(), 0.0);
  };
  // The sum of outputs is linear in each number, so a difference over a step of 1 is exact except
  // for rounding.
  const auto slope = [&](float& number) {
    const double before = total();
    number += 1;
    const double after = total();
    number -= 1;
    return after - before;
  };
  const Tensor dx = device.output(x.shape);
  const Tensor kernel_grad = device.output(kernel.value.shape);
  backend.conv2d_grad_input({slot}, desc, ones, kernel, dx);
  backend.conv2d_grad_kernel({slot}, desc, x, ones, kernel_grad, {});
  const auto count = [](const Tensor& tensor) { return static_cast<size_t>(tensor.elements()); };
  for (size_t i = 0; i < count(x); ++i) {
    CHECK(read(dx)[i] == Approx(slope(x.data()[i])).margin(1e-5));
  }
  for (size_t i = 0; i < count(kernel_grad); ++i) {
    CHECK(read(kernel_grad)[i] == Approx(slope(kernel.value.data()[i])).margin(1e-5));
  }
}

TEST_CASE_METHOD(Fixture, "host max_pool2d: the gradient goes to the first maximum") {
  const Tensor x = device.tensor({1, 2, 4, 1}, {1, 3, 0, 0, 3, 2, 0, 0});
  const Tensor y = device.output({1, 1, 2, 1});
  const Tensor dx = device.output(x.shape);
  const Pool2dDesc desc{.window = {2, 2}, .stride = {2, 2}, .padding = {}};
  backend.max_pool2d({slot}, desc, x, y);
  CHECK(read(y) == Floats{3, 0});
  backend.max_pool2d_grad(desc, x, y, device.tensor(y.shape, {5, 7}), dx);
  CHECK(read(dx) == Floats{0, 5, 7, 0, 0, 0, 0, 0});
}

TEST_CASE_METHOD(
    Fixture, "host max_pool2d: padding is never the max, gradients of overlapping windows add up") {
  const Tensor x = device.tensor({1, 1, 3, 1}, {-2, -1, -3});
  const Tensor y = device.output({1, 1, 4, 1});
  const Tensor dx = device.output(x.shape);
  const Pool2dDesc desc{.window = {1, 2}, .stride = {}, .padding = {0, 0, 1, 1}};
  backend.max_pool2d({slot}, desc, x, y);
  CHECK(read(y) == Floats{-2, -1, -1, -3});
  backend.max_pool2d_grad(desc, x, y, device.tensor(y.shape, {1, 10, 100, 1000}), dx);
  CHECK(read(dx) == Floats{1, 110, 1000});
}

TEST_CASE_METHOD(Fixture, "host sum_rows adds large and small numbers without loss") {
  const Tensor sums = device.output({2});
  backend.sum_rows(device.tensor({3, 2}, {1e8F, 1, 1, 2, -1e8F, 3}), sums);
  CHECK(read(sums) == Floats{1, 6});
}

TEST_CASE_METHOD(Fixture, "host softmax by hand, also where exp would overflow") {
  const Tensor y = device.output({2, 2});
  backend.softmax(device.tensor({2, 2}, {std::log(3.0F), 0, 1000, 1000}), y);
  CHECK(read(y)[0] == Approx(0.75));
  CHECK(read(y)[1] == Approx(0.25));
  CHECK(read(y)[2] == 0.5F);
}

TEST_CASE_METHOD(Fixture, "host softmax_cross_entropy by hand, with label smoothing") {
  // Probabilities 3/4 and 1/4, label 1, smoothing 0.2: targets 0.1 and 0.9.
  const Tensor logits = device.tensor({1, 2}, {std::log(3.0F), 0});
  const Tensor grad = device.output({1, 2});
  const Tensor sums = device.tensor({3}, {0, 5, 7});
  backend.softmax_cross_entropy({.label_smoothing = 0.2F}, logits, device.labels({1}), {}, grad,
                                sums);
  CHECK(read(sums)[0] == Approx(-0.1 * std::log(0.75) - 0.9 * std::log(0.25)));
  CHECK(read(sums)[1] == 5);
  CHECK(read(sums)[2] == 8);
  CHECK(read(grad)[0] == Approx(0.75 - 0.1));
  CHECK(read(grad)[1] == Approx(0.25 - 0.9));
}

TEST_CASE_METHOD(Fixture, "host softmax_cross_entropy: gradient of the mean, sums of the batch") {
  const Tensor logits = device.tensor({2, 2}, {0, 0, 0, 0});
  const Tensor grad = device.output({2, 2});
  const Tensor sums = device.tensor({3}, {0, 0, 0});
  backend.softmax_cross_entropy({}, logits, device.labels({0, 1}), {}, grad, sums);
  CHECK(read(grad) == Floats{-0.25F, 0.25F, 0.25F, -0.25F});
  CHECK(read(sums)[0] == Approx(2 * std::log(2.0)));
  // The first of equal logits is the prediction: correct only in the first row.
  CHECK(read(sums)[1] == 1);
}

TEST_CASE_METHOD(Fixture, "host sgd_update by hand: plain, momentum, Nesterov") {
  backend.set_step({.learning_rate = 0.5F, .step = 1});
  const Tensor values = device.tensor({1}, {1});
  const Tensor grads = device.tensor({1}, {2});
  const Tensor momenta = device.tensor({1}, {4});
  backend.sgd_update({}, values, grads, {});
  CHECK(read(values) == Floats{0});
  backend.sgd_update({.momentum = 0.25F}, values, grads, momenta);
  CHECK(read(momenta) == Floats{0});  // 0.25 · 4 - 0.5 · 2
  CHECK(read(values) == Floats{0});
  backend.sgd_update({.momentum = 0.25F, .nesterov = true}, values, grads, momenta);
  CHECK(read(momenta) == Floats{-1});
  CHECK(read(values) == Floats{-1.25F});  // 0.25 · -1 - 0.5 · 2
}

TEST_CASE_METHOD(Fixture, "host adam_update by hand: two steps, decoupled weight decay") {
  const Tensor values = device.tensor({1}, {1});
  const Tensor means = device.tensor({1}, {0});
  const Tensor variances = device.tensor({1}, {0});
  const AdamDesc desc{.beta1 = 0.5F, .beta2 = 0.75F, .epsilon = 0, .weight_decay = 0.25F};
  backend.set_step({.learning_rate = 0.5F, .step = 1, .update = 1});
  backend.adam_update(desc, values, device.tensor({1}, {4}), means, variances);
  CHECK(read(means) == Floats{2});      // 0.5 · 4
  CHECK(read(variances) == Floats{4});  // 0.25 · 16
  // Weight decay gives 1 - 0.5 · 0.25; the first step is learning rate · sign(gradient).
  CHECK(read(values)[0] == Approx(0.875 - 0.5));

  backend.set_step({.learning_rate = 0.5F, .step = 2, .update = 2});
  backend.adam_update({.beta1 = 0.5F, .beta2 = 0.75F, .epsilon = 0}, values,
                      device.tensor({1}, {0}), means, variances);
  CHECK(read(means) == Floats{1});
  CHECK(read(variances) == Floats{3});
  const double corrected = 0.5 * std::sqrt(1 - 0.75 * 0.75) / (1 - 0.5 * 0.5);
  CHECK(read(values)[0] == Approx(0.375 - corrected * 1 / std::sqrt(3.0)));
}

TEST_CASE_METHOD(Fixture, "host rmsprop_update by hand: plain, centered, momentum") {
  backend.set_step({.learning_rate = 0.5F});
  const RmspropDesc desc{.rho = 0.75F, .momentum = 0.5F, .epsilon = 0};
  const Tensor grads = device.tensor({1}, {4});
  const Tensor values = device.tensor({1}, {1});
  backend.rmsprop_update(desc, values, grads, device.tensor({1}, {0}), {}, {});
  CHECK(read(values) == Floats{0});  // 1 - 0.5 · 4 / √(0.25 · 16)

  const Tensor squares = device.tensor({1}, {0});
  const Tensor momenta = device.tensor({1}, {2});
  const Tensor means = device.tensor({1}, {0});
  backend.rmsprop_update(desc, values, grads, squares, momenta, means);
  CHECK(read(squares) == Floats{4});
  CHECK(read(means) == Floats{1});
  // 0.5 · 2 + 0.5 · 4 / √(4 - 1²)
  CHECK(read(momenta)[0] == Approx(1 + 2 / std::sqrt(3.0)));
  CHECK(read(values)[0] == Approx(-1 - 2 / std::sqrt(3.0)));
}

TEST_CASE_METHOD(Fixture, "host rmsprop_update: centered works with a constant gradient") {
  backend.set_step({.learning_rate = 0.001F});
  const Tensor values = device.tensor({1}, {0});
  const Tensor squares = device.tensor({1}, {0});
  const Tensor means = device.tensor({1}, {0});
  const Tensor grads = device.tensor({1}, {1234.5F});
  for (int i = 0; i < 1000; ++i)  // the variance is lost in the rounding errors of 10^6
    backend.rmsprop_update({}, values, grads, squares, {}, means);
  CHECK(std::isfinite(read(values)[0]));
}

TEST_CASE_METHOD(Fixture, "host adagrad_update by hand") {
  backend.set_step({.learning_rate = 0.5F});
  const Tensor values = device.tensor({1}, {1});
  const Tensor squares = device.tensor({1}, {9});
  backend.adagrad_update({.epsilon = 0, .weight_decay = 0.5F}, values, device.tensor({1}, {4}),
                         squares);
  CHECK(read(squares) == Floats{25});
  CHECK(read(values)[0] == Approx(0.75 - 0.5 * 4 / 5));
}

TEST_CASE_METHOD(Fixture, "host lerp and swap by hand") {
  const Tensor x = device.tensor({2}, {4, 8});
  const Tensor y = device.tensor({2}, {0, 4});
  backend.set_step({.accumulation_weight = 0.25F, .average_weight = 1});
  backend.lerp(x, StepWeight::accumulation, y);
  CHECK(read(y) == Floats{1, 5});
  backend.swap(x, y);
  CHECK(read(x) == Floats{1, 5});
  CHECK(read(y) == Floats{4, 8});
  const Tensor fresh = device.output({2});
  backend.lerp(x, StepWeight::average, fresh);  // also overwrites NaN
  CHECK(read(fresh) == Floats{1, 5});
}

TEST_CASE_METHOD(Fixture, "host clip_value and clip_norm by hand") {
  const Tensor x = device.tensor({3}, {-3, 0.5F, 4});
  backend.clip_value(x, 2);
  CHECK(read(x) == Floats{-2, 0.5F, 2});

  const Tensor norm = device.output({1});
  const Tensor y = device.tensor({3}, {-3, 0, 4});
  backend.clip_norm(y, 5, norm);  // the norm does not exceed the limit
  CHECK(read(norm) == Floats{5});
  CHECK(read(y) == Floats{-3, 0, 4});
  backend.clip_norm(y, 2.5F, norm);
  CHECK(read(norm) == Floats{5});
  CHECK(read(y) == Floats{-1.5F, 0, 2});
  const Tensor zeros = device.tensor({2}, {0, 0});
  backend.clip_norm(zeros, 1, norm);
  CHECK(read(zeros) == Floats{0, 0});
}

TEST_CASE_METHOD(Fixture, "host clipping does not hide NaN and infinity") {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor x = device.tensor({2}, {nan, 3});
  backend.clip_value(x, 1);
  CHECK(std::isnan(read(x)[0]));
  for (const float bad : {infinity, nan}) {
    const Tensor y = device.tensor({2}, {bad, 3});
    backend.clip_norm(y, 1, device.output({1}));
    for (const float value : read(y)) CHECK(std::isnan(value));
  }
}

}  // namespace convlab
