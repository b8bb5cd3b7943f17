#include "optim/optimizer.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "backend/device.h"
#include "core/error.h"

namespace convlab {
namespace {

using Catch::Approx;

/// Expected values of one weight after each of two steps, with a gradient of 1 in the first and -3
/// in the second.
struct Row {
  std::string_view kind;
  Options options;
  double learning_rate;
  double start;
  double first;
  double second;
};

// Adam's first step is lr · g / (|g| + ε'), whatever g is. In the second, with the defaults:
//   m = 0.9 · 0.1 · 1 + 0.1 · (-3) = -0.21, corrected by 1 - 0.9²   = 0.19:     -1.1052632
//   v = 0.999 · 0.001 + 0.001 · 9  = 0.009999, by 1 - 0.999² = 0.001999:        5.0020010,
//   root 2.2365154 w2 = w1 + lr · 1.1052632 / 2.2365154 = w1 + lr · 0.4941899
const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      {"sgd", {}, 0.5, 2, 2 - 0.5, 2 - 0.5 + 1.5},
      // m1 = -0.5, m2 = 0.9 · -0.5 + 1.5 = 1.05.
      {"sgd", {{"momentum", 0.9}}, 0.5, 2, 1.5, 2.55},
      // w1 = 2 + 0.9 · -0.5 - 0.5, w2 = w1 + 0.9 · 1.05 + 1.5.
      {"sgd", {{"momentum", 0.9}, {"nesterov", true}}, 0.5, 2, 1.05, 3.495},
      {"adam", {}, 0.1, 2, 1.9, 1.9 + 0.1 * 0.4941899},
      // Decay is applied first: 2 · (1 - 0.1 · 0.5) - 0.1 = 1.8, then 1.8 · 0.95 + 0.04941899.
      {"adamw", {{"weight_decay", 0.5}}, 0.1, 2, 1.8, 1.71 + 0.1 * 0.4941899},
      // Decay is applied first: 2 · (1 - 0.5 · 0.1) - 0.5 = 1.4, then 1.4 · 0.95 + 1.5.
      {"sgd", {{"weight_decay", 0.1}}, 0.5, 2, 1.4, 2.83},
      // s1 = 0.1, s2 = 0.9 · 0.1 + 0.1 · 9 = 0.99: updates of -lr / √0.1 and lr · 3 / √0.99.
      {"rmsprop", {}, 0.1, 2, 1.6837722, 1.6837722 + 0.3015113},
      // The same updates, the second one plus half of the first.
      {"rmsprop", {{"momentum", 0.5}}, 0.1, 2, 1.6837722, 1.6837722 + 0.3015113 - 0.1581139},
      // m1 = 0.1, s1 - m1² = 0.09; m2 = 0.9 · 0.1 - 0.3 = -0.21, s2 - m2² = 0.9459.
      {"rmsprop", {{"centered", true}}, 0.1, 2, 2 - 0.1 / 0.3, 2 - 0.1 / 0.3 + 0.3084590},
      // s1 = 0.1 + 1, s2 = 1.1 + 9.
      {"adagrad", {}, 0.1, 2, 2 - 0.0953463, 2 - 0.0953463 + 0.0943988},
      {"adagrad", {{"initial_accumulator_value", 3.0}}, 0.1, 2, 1.95, 1.95 + 0.3 / 3.6055513},
  };
  return table;
}

std::vector<TrainableRange> one_range(int64_t end) { return {{.end = end}}; }

std::vector<TrainableRange> weights_and_biases(int64_t weights, int64_t end) {
  return {{.end = weights}, {.begin = weights, .end = end, .are_weights = false}};
}

/// Returns the states of an optimizer before its first update.
std::vector<Tensor> fresh_states(Device& device, const Optimizer& optimizer, int64_t count) {
  std::vector<Tensor> states;
  for (size_t i = 0; i < optimizer.state_count(); ++i) {
    const auto start = static_cast<float>(optimizer.state_start(i));
    states.push_back(device.tensor({count}, std::vector<float>(static_cast<size_t>(count), start)));
  }
  return states;
}

TEST_CASE("optimizers: every kind is checked") {
  std::set<std::string_view> checked;
  for (const Row& row : rows()) checked.insert(row.kind);
  std::set<std::string_view> registered;
  for (const OptimizerKind& kind : optimizer_kinds()) registered.insert(kind.kind);
  CHECK(checked == registered);
}

TEST_CASE("optimizers: two steps give the values computed by hand") {
  // 70 weights: whole SIMD vectors and a remainder.
  constexpr size_t count = 70;
  for (const BackendKind& kind : available_backends()) {
    for (const Row& row : rows()) {
      INFO(row.kind << " on " << kind.name);
      const auto backend = kind.make(1);
      Device device(*backend);
      const auto optimizer = find_optimizer(row.kind).make(row.options);
      const Shape shape{int64_t{count}};
      const Tensor values = device.tensor(shape, std::vector<float>(count, float(row.start)));
      const std::vector<Tensor> states = fresh_states(device, *optimizer, int64_t{count});
      const double expected[] = {row.first, row.second};
      const float grads[] = {1, -3};
      for (uint64_t step = 1; step <= 2; ++step) {
        backend->set_step({.learning_rate = float(row.learning_rate), .update = step});
        const Tensor grad = device.tensor(shape, std::vector<float>(count, grads[step - 1]));
        optimizer->update(*backend, values, grad, states, one_range(int64_t{count}));
        for (const float value : device.read(values)) {
          REQUIRE(value == Approx(expected[step - 1]).epsilon(1e-5));
        }
      }
    }
  }
}

TEST_CASE("optimizers: a gradient of zero changes nothing except by weight decay") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    backend->set_step({.learning_rate = 0.1F, .update = 1});
    for (const OptimizerKind& optimizer_kind : optimizer_kinds()) {
      INFO(optimizer_kind.kind << " on " << kind.name);
      Device device(*backend);
      const auto optimizer = optimizer_kind.make({});
      const Tensor values = device.tensor({2}, {1, 0});
      optimizer->update(*backend, values, device.tensor({2}, {0, 0}),
                        fresh_states(device, *optimizer, 2), one_range(2));
      const std::vector<float> after = device.read(values);
      const double decay = optimizer_kind.kind == "adamw" ? 0.1 * 0.004 : 0;
      CHECK(after[0] == Approx(1 - decay).epsilon(1e-7));
      CHECK(after[1] == 0);  // so the padding between parameters stays zero
    }
  }
}

TEST_CASE("optimizers: each decays all elements, or excludes the biases") {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    backend->set_step({.learning_rate = 0.1F, .update = 1});
    for (const OptimizerKind& optimizer_kind : optimizer_kinds()) {
      for (const bool decay_biases : {true, false}) {
        INFO(optimizer_kind.kind << " on " << kind.name << ", biases too: " << decay_biases);
        Device device(*backend);
        const auto optimizer =
            optimizer_kind.make({{"weight_decay", 0.5}, {"decay_biases", decay_biases}});
        const Tensor values = device.tensor({5}, {1, 1, 1, 1, 1});
        const Tensor grads = device.tensor({5}, {0, 0, 0, 0, 0});
        optimizer->update(*backend, values, grads, fresh_states(device, *optimizer, 5),
                          weights_and_biases(2, 5));
        const float biases = decay_biases ? 0.95F : 1;
        CHECK(device.read(values) == std::vector<float>{0.95F, 0.95F, biases, biases, biases});
      }
    }
  }
}

TEST_CASE("optimizers: a range with a learning rate factor is updated like one with that rate") {
  for (const BackendKind& kind : available_backends()) {
    for (const Row& row : rows()) {
      INFO(row.kind << " on " << kind.name);
      const auto backend = kind.make(1);
      Device device(*backend);
      const Tensor start = device.random({70});
      const Tensor grads = device.random({70});
      const auto train = [&](double rate, const std::vector<TrainableRange>& ranges) {
        const auto optimizer = find_optimizer(row.kind).make(row.options);
        const Tensor values = device.tensor({70}, device.read(start));
        const std::vector<Tensor> states = fresh_states(device, *optimizer, 70);
        for (uint64_t step = 1; step <= 3; ++step) {
          backend->set_step({.learning_rate = float(rate), .update = step});
          optimizer->update(*backend, values, grads, states, ranges);
        }
        return device.read(values);
      };
      const std::vector<float> whole = train(row.learning_rate, one_range(70));
      const std::vector<float> lower = train(row.learning_rate * 0.25, one_range(70));
      const std::vector<float> both =
          train(row.learning_rate,
                {{.end = 37, .learning_rate_factor = 0.25F},
                 {.begin = 37, .end = 60},
                 {.begin = 60, .end = 70, .are_weights = false, .learning_rate_factor = 0.25F}});
      REQUIRE(whole != lower);
      for (size_t i = 0; i < both.size(); ++i)
        REQUIRE(both[i] == Approx(i >= 37 && i < 60 ? whole[i] : lower[i]).epsilon(1e-6));
    }
  }
}

TEST_CASE("optimizers: excluding the biases from decay changes nothing else") {
  for (const OptimizerKind& kind : optimizer_kinds()) {
    INFO(kind.kind);
    const auto backend = make_backend("", 1);
    Device device(*backend);
    const Tensor start = device.random({70});
    const Tensor grads = device.random({70});
    std::vector<std::vector<float>> results;
    for (const bool decay_biases : {true, false}) {
      const auto optimizer = kind.make({{"weight_decay", 0.5}, {"decay_biases", decay_biases}});
      const Tensor values = device.tensor({70}, device.read(start));
      const std::vector<Tensor> states = fresh_states(device, *optimizer, 70);
      for (uint64_t step = 1; step <= 3; ++step) {
        backend->set_step({.learning_rate = 0.1F, .update = step});
        optimizer->update(*backend, values, grads, states, weights_and_biases(37, 70));
      }
      results.push_back(device.read(values));
      results.back().resize(37);
      for (const Tensor& state : states) results.push_back(device.read(state));
    }
    const size_t half = results.size() / 2;
    for (size_t i = 0; i < half; ++i) CHECK(results[i] == results[half + i]);
  }
}

TEST_CASE("optimizers: each can be created again from its options") {
  for (const OptimizerKind& kind : optimizer_kinds()) {
    const auto optimizer = kind.make({});
    CHECK(optimizer->kind() == kind.kind);
    CHECK(kind.make(optimizer->options())->options() == optimizer->options());
  }
}

TEST_CASE("optimizers: an unknown kind, option or value is refused") {
  CHECK_THROWS_AS(find_optimizer("lion"), Error);
  CHECK_THROWS_AS(find_optimizer("sgd").make({{"beta1", 0.9}}), Error);
  CHECK_THROWS_AS(find_optimizer("sgd").make({{"momentum", 1.5}}), Error);
  CHECK_THROWS_AS(find_optimizer("adam").make({{"weight_decay", -0.1}}), Error);
  CHECK_THROWS_AS(find_optimizer("rmsprop").make({{"rho", 1.0}}), Error);
  CHECK_THROWS_AS(find_optimizer("adagrad").make({{"initial_accumulator_value", -1.0}}), Error);
  CHECK_THROWS_AS(find_optimizer("adam").make({{"epsilon", 0.0}}), Error);
}

}  // namespace
}  // namespace convlab
