#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "backend/device.h"
#include "nn/registry.h"

namespace convlab {
namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

constexpr int64_t channels = 32;
constexpr int64_t images = 8;
constexpr int64_t pixels = 16 * 16;
constexpr double epsilon = 1e-3;

struct Case {
  std::string kind;
  Options options;
  int64_t sets;                        ///< number of sets of elements normalised together
  int64_t (*set_of)(int64_t element);  ///< the set of an element
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"batch_norm", {}, channels, [](int64_t i) { return i % channels; }},
      {"group_norm",
       {{"groups", int64_t{4}}},
       images * 4,
       [](int64_t i) { return i / (pixels * channels) * 4 + i % channels / (channels / 4); }},
      {"layer_norm", {}, images * pixels, [](int64_t i) { return i / channels; }}};
  return all;
}

struct Results {
  Doubles y, dx, dgamma, dbeta;
};

Doubles widen(const Floats& values) { return {values.begin(), values.end()}; }

/// The definition, in double.
Results expected(const Case& layer, const Floats& x, const Floats& gamma, const Floats& beta,
                 const Floats& dy) {
  const auto count = std::ssize(x);
  const double size = static_cast<double>(count) / static_cast<double>(layer.sets);
  const auto zeros = [](int64_t n) { return Doubles(static_cast<size_t>(n)); };
  Doubles mean = zeros(layer.sets), variance = mean, grad_mean = mean, product_mean = mean;
  const auto each = [&](auto visit) {
    for (int64_t i = 0; i < count; ++i) {
      visit(static_cast<size_t>(i), static_cast<size_t>(layer.set_of(i)),
            static_cast<size_t>(i % channels));
    }
  };
  each([&](size_t i, size_t set, size_t) { mean[set] += x[i] / size; });
  each(
      [&](size_t i, size_t set, size_t) { variance[set] += std::pow(x[i] - mean[set], 2) / size; });
  const auto root = [&](size_t set) { return 1 / std::sqrt(variance[set] + epsilon); };
  const auto hat = [&](size_t i, size_t set) { return (x[i] - mean[set]) * root(set); };
  Results results{zeros(count), zeros(count), zeros(channels), zeros(channels)};
  each([&](size_t i, size_t set, size_t c) {
    results.y[i] = hat(i, set) * gamma[c] + beta[c];
    results.dgamma[c] += dy[i] * hat(i, set);
    results.dbeta[c] += dy[i];
    grad_mean[set] += double{dy[i]} * gamma[c] / size;
    product_mean[set] += double{dy[i]} * gamma[c] * hat(i, set) / size;
  });
  each([&](size_t i, size_t set, size_t c) {
    results.dx[i] =
        root(set) * (double{dy[i]} * gamma[c] - grad_mean[set] - hat(i, set) * product_mean[set]);
  });
  return results;
}

/// What the layer computes in a training step.
Results computed(Backend& backend, const Case& tested, const Floats& x, const Floats& gamma,
                 const Floats& beta, const Floats& dy) {
  Device device(backend);
  const auto layer = make_layer(tested.kind, tested.options);
  const Shape sample{16, 16, channels};
  const std::vector<Shape> shapes{sample};
  std::vector<Parameter> parameters;
  for (const ParameterSpec& spec : layer->parameters(shapes)) {
    const bool trainable = spec.role != ParameterRole::statistic;
    parameters.push_back(
        {spec.name, device.random(spec.shape), trainable ? device.output(spec.shape) : Tensor{}});
  }
  backend.upload(gamma.data(), parameters[0].value);
  backend.upload(beta.data(), parameters[1].value);
  std::vector<Tensor> saved;
  for (const Shape& shape : layer->saved_shapes(shapes)) {
    saved.push_back(device.output(shape.with_batch(images)));
  }
  const Pass pass{
      .backend = backend, .mode = Mode::train, .parameters = parameters, .saved = saved};
  const std::vector<Tensor> inputs{device.tensor(sample.with_batch(images), x)};
  const Tensor y = device.output(sample.with_batch(images));
  const std::vector<Tensor> grad_inputs{device.output(sample.with_batch(images))};
  layer->forward(pass, inputs, y);
  layer->backward(pass, inputs, {}, device.tensor(sample.with_batch(images), dy), grad_inputs);
  return {widen(device.read(y)), widen(device.read(grad_inputs[0])),
          widen(device.read(parameters[0].grad)), widen(device.read(parameters[1].grad))};
}

/// The largest difference, relative to the right value or the root mean square of all of them.
double error(const Doubles& values, const Doubles& right) {
  const double squares = std::inner_product(right.begin(), right.end(), right.begin(), 0.0);
  const double magnitude = std::sqrt(squares / static_cast<double>(right.size()));
  double largest = 0;
  for (size_t i = 0; i < right.size(); ++i) {
    const double difference = std::abs(values[i] - right[i]);
    if (std::isnan(difference)) return difference;
    largest = std::max(largest, difference / std::max(std::abs(right[i]), magnitude));
  }
  return largest;
}

void check_accuracy(const Case& layer, const Floats& x) {
  const Floats gamma = random_values(channels, 2);
  const Floats beta = random_values(channels, 3);
  const Floats dy = random_values(std::ssize(x), 4);
  const Results right = expected(layer, x, gamma, beta, dy);
  for (const BackendKind& kind : available_backends()) {
    INFO(layer.kind << " of backend " << kind.name);
    const auto backend = kind.make(1);
    const Results results = computed(*backend, layer, x, gamma, beta, dy);
    CHECK(error(results.y, right.y) < 1e-5);
    CHECK(error(results.dx, right.dx) < 1e-5);
    CHECK(error(results.dgamma, right.dgamma) < 1e-5);
    CHECK(error(results.dbeta, right.dbeta) < 1e-5);
  }
}

// Near 1e6 the mean rounded to float is up to 0.03 off, a tenth of the standard deviation here: a
// layer that saves only that has gradients which are a tenth off.
TEST_CASE("normalisation: a large mean costs no accuracy, in the output and all gradients") {
  const float offset = GENERATE(0.0F, 1e4F, 1e6F);
  INFO("offset " << offset);
  Floats x = random_values(images * pixels * channels, 1);
  for (float& value : x) value = 0.5F * value + offset;
  for (const Case& layer : cases()) check_accuracy(layer, x);
}

TEST_CASE("normalisation: a first pixel far from all others costs no accuracy") {
  Floats x = random_values(images * pixels * channels, 1);
  for (float& value : x) value = 0.5F * value + 1e4F;
  std::fill_n(x.begin(), channels / 2, 0.0F);
  for (const Case& layer : cases()) check_accuracy(layer, x);
}

}  // namespace
}  // namespace convlab
