#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "backend/conformance.h"

namespace convlab {

namespace {

/// A max pooling layer: forward, and the input gradient for random dy.
class Pooling {
 public:
  Pooling(Device& device, const Pool2dDesc& desc) : device_(device), desc_(desc) {}

  /// If `ties`, half of the inputs are exactly 0, as after ReLU.
  void step(const Shape& shape, bool ties, std::vector<Output>& outputs) {
    Backend& backend = device_.backend();
    const Tensor x = device_.random(shape);
    if (ties) backend.unary({UnaryOp::relu}, x, x);
    const Tensor y = device_.output({shape[0],
                                     output_dim(shape[1], desc_.padding.top + desc_.padding.bottom,
                                                desc_.window.h, desc_.stride.h),
                                     output_dim(shape[2], desc_.padding.left + desc_.padding.right,
                                                desc_.window.w, desc_.stride.w),
                                     shape[3]});
    const Tensor dy = device_.random(y.shape);
    const Tensor dx = device_.output(shape);
    backend.max_pool2d({slot_}, desc_, x, y);
    backend.max_pool2d_grad(desc_, x, y, dy, dx);
    outputs.push_back({device_.read(y)});
    // If windows overlap, up to 9 gradients are added.
    outputs.push_back({device_.read(dx), sum_tolerance(9)});
  }

 private:
  static int64_t output_dim(int64_t image, int64_t padding, int64_t window, int64_t stride) {
    return (image + padding - window) / stride + 1;
  }

  Device& device_;
  Pool2dDesc desc_;
  OpSlot slot_;
};

}  // namespace

TEST_CASE("max_pool2d: windows, strides and padding match host, with the gradient") {
  const auto window = GENERATE(Size2d{2, 2}, Size2d{3, 3}, Size2d{2, 3});
  const int64_t stride = GENERATE(1, 2, 3);
  const auto padding = GENERATE(Padding2d{}, Padding2d{1, 1, 1, 1}, Padding2d{0, 1, 1, 0});
  const int64_t channels = GENERATE(1, 3, 16, 33);
  const bool ties = GENERATE(false, true);
  INFO("window " << window.h << "x" << window.w << ", stride " << stride << ", padding top "
                 << padding.top << ", channels " << channels << ", ties " << ties);
  check_against_host([=](Device& device) {
    std::vector<Output> outputs;
    Pooling(device, {window, {stride, stride}, padding}).step({2, 7, 8, channels}, ties, outputs);
    return outputs;
  });
}

TEST_CASE("max_pool2d: the smallest image and a layer large enough for all threads match host") {
  const auto shape = GENERATE(values<Shape>({{1, 2, 2, 1}, {17, 26, 26, 32}}));
  check_against_host([&shape](Device& device) {
    std::vector<Output> outputs;
    Pooling(device, {.window = {2, 2}, .stride = {2, 2}, .padding = {}}).step(shape, true, outputs);
    return outputs;
  });
}

TEST_CASE("max_pool2d: overlapping windows, in a layer large enough for all threads, match host") {
  check_against_host([](Device& device) {
    std::vector<Output> outputs;
    Pooling(device, {.window = {3, 3}, .stride = {2, 2}, .padding = {0, 1, 0, 1}})
        .step({17, 26, 26, 32}, true, outputs);
    return outputs;
  });
}

TEST_CASE("max_pool2d: one slot supports changing batch sizes") {
  check_against_host([](Device& device) {
    Pooling pooling(device, {.window = {3, 3}, .stride = {2, 2}, .padding = {0, 1, 0, 1}});
    std::vector<Output> outputs;
    for (const int64_t batch : {4, 1, 9, 4}) pooling.step({batch, 9, 7, 5}, true, outputs);
    return outputs;
  });
}

TEST_CASE("max_pool2d: padding is never the max, even of negative numbers") {
  check_against_host([](Device& device) {
    const Tensor x = device.tensor({1, 2, 2, 1}, {-3, -4, -5, -6});
    const Tensor y = device.output({1, 2, 2, 1});
    OpSlot slot;
    device.backend().max_pool2d({slot}, {{2, 2}, {2, 2}, {1, 1, 1, 1}}, x, y);
    return std::vector<Output>{{device.read(y)}};
  });
}

TEST_CASE("avg_pool2d: windows, strides and padding match host, with the gradient") {
  const auto window = GENERATE(Size2d{1, 1}, Size2d{2, 2}, Size2d{3, 2}, Size2d{7, 8});
  const int64_t stride = GENERATE(1, 2, 3);
  const auto padding = GENERATE(Padding2d{}, Padding2d{0, 1, 1, 0});
  const int64_t channels = GENERATE(1, 33);
  if (padding.bottom >= window.h) return;  // the mean of a window that is all padding is undefined
  check_against_host([=](Device& device) {
    const Pool2dDesc desc{window, {stride, stride}, padding};
    const Shape in{3, 7, 8, channels};
    const auto output_dim = [&](int64_t image, int64_t padded, int64_t size) {
      return (image + padded - size) / stride + 1;
    };
    const Tensor x = device.random(in);
    const Tensor y =
        device.output({in[0], output_dim(in[1], padding.top + padding.bottom, window.h),
                       output_dim(in[2], padding.left + padding.right, window.w), channels});
    const Tensor dy = device.random(y.shape);
    const Tensor dx = device.output(in);
    device.backend().avg_pool2d(desc, x, y);
    device.backend().avg_pool2d_grad(desc, dy, dx);
    const int64_t terms = window.h * window.w;
    return std::vector<Output>{{device.read(y), sum_tolerance(terms), 0.1},
                               {device.read(dx), sum_tolerance(terms), 0.1}};
  });
}

}  // namespace convlab
