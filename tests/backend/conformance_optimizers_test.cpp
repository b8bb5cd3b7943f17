#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "backend/conformance.h"

namespace convlab {

namespace {

// A few rounding errors in each of five steps, relative to values of about 1.
constexpr double update_tolerance = 5e-7;

// Element counts of an update, up to the number of parameters of a network.
int64_t parameter_counts() { return GENERATE(1, 7, 64, 79'510); }

/// Calls update(gradients) in five steps with a changing learning rate.
template <class Update>
void five_steps(Device& device, int64_t count, Update update) {
  for (uint64_t step = 1; step <= 5; ++step) {
    device.backend().set_step(
        {.learning_rate = 0.1F / static_cast<float>(step), .step = step, .update = step});
    update(device.random({count}));
  }
}

}  // namespace

TEST_CASE("sgd_update matches host") {
  const int64_t count = parameter_counts();
  const float momentum = GENERATE(0.0F, 0.9F);
  const bool nesterov = GENERATE(false, true);
  const float weight_decay = GENERATE(0.0F, 0.01F);
  check_against_host([=](Device& device) {
    const Tensor values = device.random({count});
    const Tensor momenta =
        momentum > 0 ? device.tensor({count}, std::vector<float>(static_cast<size_t>(count)))
                     : Tensor{};
    five_steps(device, count, [&](const Tensor& grads) {
      const SgdDesc desc{.momentum = momentum, .nesterov = nesterov, .weight_decay = weight_decay};
      device.backend().sgd_update(desc, values, grads, momenta);
    });
    std::vector<Output> outputs{{device.read(values), update_tolerance}};
    if (momenta) outputs.push_back({device.read(momenta), update_tolerance});
    return outputs;
  });
}

TEST_CASE("adam_update matches host, with and without weight decay") {
  const int64_t count = parameter_counts();
  const float weight_decay = GENERATE(0.0F, 0.01F);
  check_against_host([=](Device& device) {
    const std::vector<float> zeros(static_cast<size_t>(count));
    const Tensor values = device.random({count});
    const Tensor means = device.tensor({count}, zeros);
    const Tensor variances = device.tensor({count}, zeros);
    five_steps(device, count, [&](const Tensor& grads) {
      device.backend().adam_update({.weight_decay = weight_decay}, values, grads, means, variances);
    });
    return std::vector<Output>{{device.read(values), update_tolerance},
                               {device.read(means), update_tolerance},
                               {device.read(variances), update_tolerance}};
  });
}

TEST_CASE("rmsprop_update matches host: plain, with momentum, centered") {
  const int64_t count = parameter_counts();
  const float momentum = GENERATE(0.0F, 0.9F);
  const bool centered = GENERATE(false, true);
  check_against_host([=](Device& device) {
    const std::vector<float> zeros(static_cast<size_t>(count));
    const Tensor values = device.random({count});
    const Tensor squares = device.tensor({count}, zeros);
    const Tensor momenta = momentum > 0 ? device.tensor({count}, zeros) : Tensor{};
    const Tensor means = centered ? device.tensor({count}, zeros) : Tensor{};
    five_steps(device, count, [&](const Tensor& grads) {
      device.backend().rmsprop_update({.momentum = momentum, .weight_decay = 0.01F}, values, grads,
                                      squares, momenta, means);
    });
    std::vector<Output> outputs{{device.read(values), update_tolerance},
                                {device.read(squares), update_tolerance}};
    for (const Tensor& state : {momenta, means}) {
      if (state) outputs.push_back({device.read(state), update_tolerance});
    }
    return outputs;
  });
}

TEST_CASE("adagrad_update matches host") {
  const int64_t count = parameter_counts();
  check_against_host([=](Device& device) {
    const Tensor values = device.random({count});
    const Tensor squares =
        device.tensor({count}, std::vector<float>(static_cast<size_t>(count), 0.1F));
    five_steps(device, count, [&](const Tensor& grads) {
      device.backend().adagrad_update({.weight_decay = 0.01F}, values, grads, squares);
    });
    return std::vector<Output>{{device.read(values), update_tolerance},
                               {device.read(squares), update_tolerance}};
  });
}

TEST_CASE("lerp and swap match host") {
  const int64_t count = parameter_counts();
  const float weight = GENERATE(0.01F, 1.0F);
  check_against_host([=](Device& device) {
    const Tensor x = device.random({count});
    const Tensor y = device.random({count});
    const Tensor z = device.random({count});
    device.backend().set_step({.average_weight = weight});
    device.backend().lerp(x, StepWeight::average, y);
    device.backend().swap(x, z);
    return std::vector<Output>{
        {device.read(x)}, {device.read(y), weight == 1 ? 0 : update_tolerance}, {device.read(z)}};
  });
}

TEST_CASE("clip_value matches host") {
  const int64_t count = parameter_counts();
  check_against_host([=](Device& device) {
    const Tensor x = device.random({count});
    device.backend().clip_value(x, 0.5F);
    return std::vector<Output>{{device.read(x)}};
  });
}

TEST_CASE("clip_norm matches host, also over many slices") {
  const int64_t count = GENERATE(1, 7, 64, 79'510, 3'000'001);
  // Random values have a norm of about √(count / 3): one limit is below it, one above.
  const float limit = GENERATE(0.1F, 1e6F);
  check_against_host([=](Device& device) {
    const Tensor x = device.random({count});
    const Tensor norm = device.output({1});
    device.backend().clip_norm(x, limit, norm);
    return std::vector<Output>{{device.read(x), update_tolerance},
                               {device.read(norm), update_tolerance}};
  });
}

}  // namespace convlab
