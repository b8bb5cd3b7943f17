#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "backend/conformance.h"

namespace convlab {

namespace {

// A few roundings in each of five steps, relative to values of about 1.
constexpr double update_tolerance = 5e-7;

// The values of optimizers are as many as a network's parameters.
int64_t parameter_counts() { return GENERATE(1, 7, 64, 79'510); }

/// Calls update(gradients) in five steps with a changing learning rate.
template <class Update>
void five_steps(Device& device, int64_t count, Update update) {
  for (uint64_t step = 1; step <= 5; ++step) {
    device.backend().set_step({.learning_rate = 0.1F / static_cast<float>(step), .step = step});
    update(device.random({count}));
  }
}

}  // namespace

TEST_CASE("sgd_update matches host") {
  const int64_t count = parameter_counts();
  const float momentum = GENERATE(0.0F, 0.9F);
  const bool nesterov = GENERATE(false, true);
  check_against_host([=](Device& device) {
    const Tensor values = device.random({count});
    const Tensor momenta =
        momentum > 0 ? device.tensor({count}, std::vector<float>(static_cast<size_t>(count)))
                     : Tensor{};
    five_steps(device, count, [&](const Tensor& grads) {
      device.backend().sgd_update({.momentum = momentum, .nesterov = nesterov}, values, grads,
                                  momenta);
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

}  // namespace convlab
