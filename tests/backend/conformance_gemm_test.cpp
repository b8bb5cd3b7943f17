#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "backend/conformance.h"

namespace convlab {

namespace {

struct GemmSize {
  int64_t rows, inner, columns;
};

Shape matrix(int64_t rows, int64_t columns, bool transposed) {
  return transposed ? Shape{columns, rows} : Shape{rows, columns};
}

/// A matrix product of a layer in a network.
class Product {
 public:
  Product(Device& device, const GemmDesc& desc, bool with_bias)
      : device_(device), desc_(desc), with_bias_(with_bias) {}

  Output multiply(const GemmSize& size) {
    const Tensor a = device_.random(matrix(size.rows, size.inner, desc_.transpose_a));
    const Tensor b = device_.random(matrix(size.inner, size.columns, desc_.transpose_b));
    const Tensor bias = with_bias_ ? device_.random({size.columns}) : Tensor{};
    const Tensor c = device_.output({size.rows, size.columns});
    void* workspace = device_.workspace(device_.backend().gemm_workspace(desc_, a.shape, b.shape));
    device_.backend().gemm({slot_, workspace}, desc_, a, b, bias, c);
    return sums_of_products(device_.read(c), size.inner);
  }

 private:
  Device& device_;
  GemmDesc desc_;
  bool with_bias_;
  OpSlot slot_;
};

}  // namespace

TEST_CASE("gemm: every transposition, bias and activation matches host") {
  const auto size = GENERATE(values<GemmSize>({
      {1, 1, 1},        // the smallest
      {3, 5, 7},        // smaller than a tile in all dimensions
      {1, 300, 10},     // one image through a classifier
      {64, 64, 64},     // whole tiles
      {65, 33, 100},    // slightly more than whole tiles
      {300, 1, 35},     // an outer product
      {7, 257, 1},      // one output
      {127, 300, 129},  // enough work for all threads
      {300, 200, 10},   // the same, but with few columns to divide among threads
      {13, 1500, 200},  // columns that fill a cache
      {9, 8, 4500}      // many short columns
  }));
  const bool transpose_a = GENERATE(false, true);
  const bool transpose_b = GENERATE(false, true);
  const bool with_bias = GENERATE(false, true);
  const auto activation = GENERATE(Activation::none, Activation::relu, Activation::relu6);
  INFO(size.rows << " x " << size.inner << " x " << size.columns << ", transposed " << transpose_a
                 << transpose_b << ", bias " << with_bias);
  check_against_host([=](Device& device) {
    Product product(
        device, {.transpose_a = transpose_a, .transpose_b = transpose_b, .activation = activation},
        with_bias);
    return std::vector<Output>{product.multiply(size)};
  });
}

TEST_CASE("gemm: batches of changing sizes match host") {
  const bool transpose_a = GENERATE(false, true);
  const bool transpose_b = GENERATE(false, true);
  check_against_host([=](Device& device) {
    Product product(device, {.transpose_a = transpose_a, .transpose_b = transpose_b},
                    /*with_bias=*/!transpose_a);
    std::vector<Output> outputs;
    // A weight gradient sums over the batch (inner dimension); otherwise the batch is the rows.
    for (const int64_t batch : {32, 5, 5, 128, 1}) {
      const GemmSize size = transpose_a ? GemmSize{100, batch, 33} : GemmSize{batch, 100, 33};
      outputs.push_back(product.multiply(size));
    }
    return outputs;
  });
}

TEST_CASE("gemm: NaN is propagated") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const bool in_left = GENERATE(false, true);
  for (const BackendKind& kind : available_backends()) {
    INFO(kind.name);
    const auto backend = kind.make(1);
    Device device(*backend);
    std::vector<float> a(9 * 20, 0.5F);
    std::vector<float> b(20 * 11, 0.5F);
    (in_left ? a : b)[7] = nan;
    const Tensor left = device.tensor({9, 20}, a);
    const Tensor right = device.tensor({20, 11}, b);
    const Tensor c = device.output({9, 11});
    OpSlot slot;
    void* workspace = device.workspace(backend->gemm_workspace({}, left.shape, right.shape));
    backend->gemm({slot, workspace}, {}, left, right, {}, c);
    const std::vector<float> got = device.read(c);
    for (size_t i = 0; i < got.size(); ++i)
      CHECK(std::isnan(got[i]) == (in_left ? i / 11 == 0 : i % 11 == 7));
  }
}

TEST_CASE("gemm: a larger batch never needs less workspace") {
  for (const BackendKind& kind : available_backends()) {
    for (const int threads : {1, 2}) {
      INFO(kind.name << ", " << threads << " threads");
      const auto backend = kind.make(threads);
      for (const auto& [inputs, units] : {std::pair{784, 100}, {100, 10}, {1000, 600}}) {
        uint64_t forward = 0;
        uint64_t grad_kernel = 0;
        uint64_t grad_input = 0;
        const auto grows = [](uint64_t& before, uint64_t now) {
          return now >= std::exchange(before, now);
        };
        for (int64_t batch = 1; batch < 400; ++batch) {
          INFO(inputs << " to " << units << ", batch " << batch);
          const Shape x{batch, inputs};
          const Shape y{batch, units};
          const Shape kernel{units, inputs};
          CHECK(grows(forward, backend->gemm_workspace({.transpose_b = true}, x, kernel)));
          CHECK(grows(grad_kernel, backend->gemm_workspace({.transpose_a = true}, y, x)));
          CHECK(grows(grad_input, backend->gemm_workspace({}, y, kernel)));
        }
      }
    }
  }
}

TEST_CASE("gemm: the dense layers of the zoo match host") {
  const auto size = GENERATE(values<GemmSize>({{128, 784, 100}, {32, 1600, 10}}));
  check_against_host([=](Device& device) {
    Product forward(device, {.transpose_b = true, .activation = Activation::relu}, true);
    Product grad_input(device, {}, false);
    Product grad_kernel(device, {.transpose_a = true}, false);
    return std::vector<Output>{forward.multiply(size),
                               grad_input.multiply({size.rows, size.columns, size.inner}),
                               grad_kernel.multiply({size.columns, size.rows, size.inner})};
  });
}

}  // namespace convlab
