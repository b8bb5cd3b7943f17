#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "backend/conformance.h"

namespace convlab {

namespace {

/// Random numbers with another mean and range, as in the channels of a network.
Tensor shifted(Device& device, const Shape& shape, float scale, float shift) {
  const Tensor x = device.random(shape);
  device.backend().unary({UnaryOp::affine, scale, shift}, x, x);
  return x;
}

}  // namespace

TEST_CASE("batch_norm: statistics, output and gradients match host") {
  const auto shape = GENERATE(Shape{2, 1, 1, 1}, Shape{3, 5}, Shape{4, 5, 7, 3},
                              Shape{5, 13, 13, 33}, Shape{9, 31, 32, 8});
  const bool with_parameters = GENERATE(true, false);
  const float mean_of_data = GENERATE(0.0F, 30.0F);
  check_against_host([=](Device& device) {
    Backend& backend = device.backend();
    const Shape channels{shape[shape.rank() - 1]};
    const Tensor x = shifted(device, shape, 2, mean_of_data);
    const Tensor gamma = with_parameters ? device.random(channels) : Tensor{};
    const Tensor beta = with_parameters ? device.random(channels) : Tensor{};
    const Tensor running_mean = device.random(channels);
    const Tensor running_variance = shifted(device, channels, 0.5F, 1);
    const Tensor mean = device.output({2, channels.elements()});
    const Tensor inv_std = device.output(channels);
    const Tensor y = device.output(shape);
    backend.batch_norm({0.75F, 1e-3F}, x, gamma, beta, running_mean, running_variance, mean,
                       inv_std, y);
    const Tensor dy = device.random(shape);
    const Tensor dx = device.output(shape);
    const Tensor dgamma = device.output(channels);
    const Tensor dbeta = device.output(channels);
    backend.batch_norm_grad(x, gamma, mean, inv_std, dy, dx, dgamma, dbeta);
    constexpr double tolerance = 2e-6;
    const int64_t rows = x.elements() / channels.elements();
    return std::vector<Output>{{device.read(y), tolerance, 0.5},
                               {device.read(mean), tolerance, 1},
                               {device.read(inv_std), tolerance},
                               {device.read(running_mean), tolerance, 1},
                               {device.read(running_variance), tolerance},
                               {device.read(dx), tolerance, 1},
                               sums_of_products(device.read(dgamma), 100 * rows),
                               sums_of_products(device.read(dbeta), rows)};
  });
}

TEST_CASE("normalize: matches host for given statistics, also in place and without a mean") {
  const auto shape = GENERATE(Shape{2, 1, 1, 1}, Shape{3, 5}, Shape{9, 31, 32, 8});
  check_against_host([=](Device& device) {
    Backend& backend = device.backend();
    const Shape channels{shape[shape.rank() - 1]};
    const Tensor x = device.random(shape);
    const Tensor mean = device.random(channels);
    const Tensor variance = shifted(device, channels, 0.5F, 1);
    const Tensor gamma = device.random(channels);
    const Tensor beta = device.random(channels);
    const Tensor y = device.output(shape);
    backend.normalize(1e-3F, x, {}, variance, gamma, {}, y);
    backend.normalize(1e-3F, x, mean, variance, gamma, beta, x);
    return std::vector<Output>{{device.read(y), 1e-6, 0.1}, {device.read(x), 1e-6, 0.1}};
  });
}

TEST_CASE("group_norm: statistics, output and gradients match host") {
  const auto [dims, count] = GENERATE(table<Shape, int64_t>(
      {{{1, 1, 1}, 1}, {{3, 5, 6}, 3}, {{4, 35, 8}, 1}, {{9, 99, 32}, 32}, {{70, 40, 24}, 4}}));
  check_against_host([shape = dims, groups = count](Device& device) {
    Backend& backend = device.backend();
    const Shape channels{shape[shape.rank() - 1]};
    const GroupNormDesc desc{groups, 1e-3F};
    const Tensor x = device.random(shape);
    const Tensor gamma = device.random(channels);
    const Tensor beta = device.random(channels);
    const Tensor mean = device.output({2, shape[0] * groups});
    const Tensor inv_std = device.output({shape[0] * groups});
    const Tensor y = device.output(shape);
    backend.group_norm(desc, x, gamma, beta, mean, inv_std, y);
    const Tensor dy = device.random(shape);
    const Tensor dx = device.output(shape);
    const Tensor dgamma = device.output(channels);
    const Tensor dbeta = device.output(channels);
    backend.group_norm_grad(desc, x, gamma, mean, inv_std, dy, dx, dgamma, dbeta);
    return std::vector<Output>{{device.read(y), 1e-6},       {device.read(mean), 1e-6},
                               {device.read(inv_std), 1e-6}, {device.read(dx), 1e-6},
                               {device.read(dgamma), 1e-6},  {device.read(dbeta), 1e-6}};
  });
}

TEST_CASE("local_response_norm matches host, with the gradient") {
  const auto shape = GENERATE(Shape{1, 1, 1, 1}, Shape{3, 4, 5, 3}, Shape{8, 17, 16, 32});
  const int64_t size = GENERATE(1, 4, 5);
  const float beta = GENERATE(0.75F, 0.6F);
  check_against_host([=](Device& device) {
    const LocalResponseNormDesc desc{size, 1, 0.5F, beta};
    const Tensor x = device.random(shape);
    const Tensor y = device.output(shape);
    const Tensor dy = device.random(shape);
    const Tensor dx = device.output(shape);
    device.backend().local_response_norm(desc, x, y);
    device.backend().local_response_norm_grad(desc, x, dy, dx);
    return std::vector<Output>{{device.read(y), 1e-6}, {device.read(dx), 1e-6}};
  });
}

}  // namespace convlab
