#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "backend/conformance.h"

namespace convlab {

TEST_CASE("pad2d and crop2d match host") {
  const auto padding = GENERATE(Padding2d{}, Padding2d{1, 2, 3, 0}, Padding2d{0, 0, 0, 5});
  const auto shape = GENERATE(Shape{1, 1, 1, 1}, Shape{3, 4, 5, 7}, Shape{9, 20, 21, 16});
  check_against_host([=](Device& device) {
    const Tensor x = device.random(shape);
    const Tensor y = device.output({shape[0], shape[1] + padding.top + padding.bottom,
                                    shape[2] + padding.left + padding.right, shape[3]});
    const Tensor back = device.output(shape);
    device.backend().pad2d(padding, x, y);
    device.backend().crop2d(padding, y, back);
    return std::vector<Output>{{device.read(y)}, {device.read(back)}};
  });
}

TEST_CASE("up_sample2d matches host, with the gradient") {
  const auto interpolation = GENERATE(Interpolation::nearest, Interpolation::bilinear);
  const int64_t size = GENERATE(1, 2, 3);
  const auto shape = GENERATE(Shape{1, 1, 1, 1}, Shape{3, 4, 5, 7}, Shape{9, 20, 21, 16});
  check_against_host([=](Device& device) {
    const UpSample2dDesc desc{size, interpolation};
    const Shape large{shape[0], shape[1] * size, shape[2] * size, shape[3]};
    const Tensor y = device.output(large);
    const Tensor dx = device.output(shape);
    device.backend().up_sample2d(desc, device.random(shape), y);
    device.backend().up_sample2d_grad(desc, device.random(large), dx);
    return std::vector<Output>{{device.read(y), 1e-6}, {device.read(dx), 1e-6}};
  });
}

TEST_CASE("add_row and the gradient of softmax match host, also in place") {
  const auto shape = GENERATE(Shape{1, 1}, Shape{7, 10}, Shape{900, 77});
  check_against_host([=](Device& device) {
    Backend& backend = device.backend();
    const Tensor x = device.random(shape);
    const Tensor row = device.random({shape[1]});
    const Tensor y = device.output(shape);
    backend.add_row(x, row, y);
    backend.add_row(x, row, x);
    const Tensor dy = device.random(shape);
    const Tensor probabilities = device.output(shape);
    const Tensor dx = device.output(shape);
    backend.softmax(x, probabilities);
    backend.softmax_grad(probabilities, dy, dx);
    backend.softmax_grad(probabilities, dy, dy);
    return std::vector<Output>{{device.read(y)},
                               {device.read(x)},
                               {device.read(dx), 1e-6, 1e-3},
                               {device.read(dy), 1e-6, 1e-3}};
  });
}

}  // namespace convlab
