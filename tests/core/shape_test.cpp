#include "core/shape.h"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "core/tensor.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("shape: elements, dimensions and text") {
  const Shape shape{28, 29, 3};
  CHECK(shape.rank() == 3);
  CHECK(shape[1] == 29);
  CHECK(shape.elements() == 28 * 29 * 3);
  CHECK(shape.str() == "(28, 29, 3)");
  CHECK(fmt::format("{}", shape) == shape.str());
}

TEST_CASE("shape: a scalar has one element, a shape with a dimension of 0 has none") {
  CHECK(Shape().elements() == 1);
  CHECK(Shape().str() == "()");
  CHECK(Shape{4, 0, 3}.elements() == 0);
}

TEST_CASE("shape: sample to batch and back") {
  const Shape sample{28, 28, 1};
  CHECK(sample.with_batch(32) == Shape{32, 28, 28, 1});
  CHECK(sample.with_batch(32).sample_shape() == sample);
  CHECK_THROWS_AS(Shape().sample_shape(), Error);
}

TEST_CASE("shape: equal means same rank and same dimensions") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK_FALSE(Shape{2, 3} == Shape{3, 2});
  CHECK_FALSE(Shape{2, 3} == Shape{2, 3, 1});
}

TEST_CASE("shape: errors at the limits state the values given") {
  CHECK_THROWS_WITH((Shape{2, -1}), ContainsSubstring("-1"));
  CHECK_THROWS_WITH((Shape{1, 1, 1, 1, 1, 1, 1}), ContainsSubstring("6"));
  CHECK_THROWS_WITH((Shape{1 << 20, 1 << 20, 1 << 20}),
                    ContainsSubstring("(1048576, 1048576, 1048576) is too large"));
  CHECK_THROWS_WITH((Shape{int64_t{1} << 62}), ContainsSubstring("(4611686018427387904) is too"));
}

TEST_CASE("tensor: bytes depend on the dtype, reshaping keeps the memory") {
  float values[6] = {};
  const Tensor tensor{{2, 3}, DType::f32, values};
  CHECK(tensor.bytes() == 24);
  CHECK(Tensor{{2, 3}, DType::u8, nullptr}.bytes() == 6);
  CHECK_FALSE(Tensor{{2, 3}});
  CHECK(tensor.reshaped({6}).data() == values);
}

TEST_CASE("align_up rounds up to a multiple of the alignment") {
  CHECK(align_up(size_t{0}) == 0);
  CHECK(align_up(size_t{1}) == 64);
  CHECK(align_up(size_t{64}) == 64);
  CHECK(align_up(size_t{65}) == 128);
}

}  // namespace convlab
