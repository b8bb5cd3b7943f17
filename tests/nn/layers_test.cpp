#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "core/error.h"
#include "nn/registry.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

const std::string same = "same";

Shape output_shape(std::string_view kind, const Options& options, const Shape& input) {
  return make_layer(kind, options)->output_shape({&input, 1});
}

Options with_filters(Options options, int64_t filters = 2) {
  options.emplace_back("filters", filters);
  return options;
}

TEST_CASE("layers: each can be created again from its options") {
  for (const LayerKind& kind : layer_kinds()) {
    Options options;
    const bool has_filters =
        kind.kind == "conv2d" || kind.kind == "conv_transpose2d" || kind.kind == "separable_conv2d";
    if (has_filters) options = with_filters({});
    if (kind.kind == "reshape") options = {{"shape", std::string("4, -1")}};
    if (kind.kind == "dense") options = {{"units", int64_t{3}}};
    const auto layer = make_layer(kind.kind, options);
    CHECK(layer->kind() == kind.kind);
    CHECK(make_layer(kind.kind, layer->options())->options() == layer->options());
  }
}

TEST_CASE("layers: an unknown kind lists the known") {
  for (const LayerKind& kind : layer_kinds()) {
    CHECK_THROWS_MATCHES(
        make_layer("conv3d", {}), Error,
        MessageMatches(ContainsSubstring("conv3d") && ContainsSubstring(std::string(kind.kind))));
  }
}

TEST_CASE("layers: an unknown option lists the known") {
  CHECK_THROWS_MATCHES(make_layer("dense", {{"units", int64_t{3}}, {"unit", int64_t{3}}}), Error,
                       MessageMatches(ContainsSubstring("[dense]") && ContainsSubstring("unit") &&
                                      ContainsSubstring("initializer")));
  CHECK_THROWS_MATCHES(make_layer("relu", {{"slope", 0.1}}), Error,
                       MessageMatches(ContainsSubstring("[relu]") && ContainsSubstring("slope")));
}

TEST_CASE("layers: an option out of range or of another type is refused") {
  CHECK_THROWS_MATCHES(make_layer("conv2d", {}), Error,
                       MessageMatches(ContainsSubstring("filters") && ContainsSubstring("1")));
  CHECK_THROWS_MATCHES(make_layer("conv2d", with_filters({{"stride", int64_t{0}}})), Error,
                       MessageMatches(ContainsSubstring("stride")));
  CHECK_THROWS_MATCHES(make_layer("dropout", {{"rate", 1.0}}), Error,
                       MessageMatches(ContainsSubstring("rate")));
  CHECK_THROWS_MATCHES(make_layer("dropout", {{"rate", std::string("half")}}), Error,
                       MessageMatches(ContainsSubstring("rate")));
  CHECK_THROWS_MATCHES(make_layer("conv2d", with_filters({{"padding", std::string("full")}})),
                       Error,
                       MessageMatches(ContainsSubstring("padding") && ContainsSubstring("valid") &&
                                      ContainsSubstring("same")));
  CHECK_THROWS_MATCHES(make_layer("conv2d", with_filters({{"bias", int64_t{1}}})), Error,
                       MessageMatches(ContainsSubstring("bias")));
}

// Keras: "valid" gives ⌊(size - reach) / stride⌋ + 1 with reach = (kernel - 1) · dilation + 1,
// "same" gives ⌈size / stride⌉.
TEST_CASE("conv2d: output shapes are those of Keras' Conv2D") {
  CHECK(output_shape("conv2d", with_filters({}), {28, 28, 1}) == Shape{26, 26, 2});
  CHECK(output_shape("conv2d", with_filters({{"padding", same}}), {28, 27, 1}) == Shape{28, 27, 2});
  CHECK(output_shape("conv2d", with_filters({{"stride", int64_t{2}}}), {28, 27, 1}) ==
        Shape{13, 13, 2});
  CHECK(output_shape("conv2d", with_filters({{"stride", int64_t{2}}, {"padding", same}}),
                     {28, 27, 1}) == Shape{14, 14, 2});
  CHECK(output_shape("conv2d", with_filters({{"dilation", int64_t{2}}}), {10, 5, 4}) ==
        Shape{6, 1, 2});
  CHECK(output_shape("conv2d", with_filters({{"dilation", int64_t{2}}, {"padding", same}}),
                     {10, 3, 4}) == Shape{10, 3, 2});
  CHECK(output_shape(
            "conv2d",
            with_filters({{"kernel", int64_t{7}}, {"stride", int64_t{2}}, {"padding", same}}),
            {224, 224, 3}) == Shape{112, 112, 2});
}

TEST_CASE("max_pool2d: output shapes are those of Keras' MaxPooling2D") {
  // The examples of Keras' documentation: 3×3 to 2×2 with stride 1, 3×4 to 1×2 with stride 2, and
  // padding "same".
  CHECK(output_shape("max_pool2d", {{"stride", int64_t{1}}}, {3, 3, 1}) == Shape{2, 2, 1});
  CHECK(output_shape("max_pool2d", {{"stride", int64_t{2}}}, {3, 4, 1}) == Shape{1, 2, 1});
  CHECK(output_shape("max_pool2d", {{"stride", int64_t{1}}, {"padding", same}}, {3, 3, 1}) ==
        Shape{3, 3, 1});
  // The default stride is the window size.
  CHECK(output_shape("max_pool2d", {}, {11, 11, 64}) == Shape{5, 5, 64});
  CHECK(output_shape("max_pool2d", {{"padding", same}}, {11, 11, 64}) == Shape{6, 6, 64});
  CHECK(output_shape("max_pool2d", {{"window", int64_t{3}}, {"stride", int64_t{2}}}, {8, 9, 2}) ==
        Shape{3, 4, 2});
}

TEST_CASE("layers: other layers keep or flatten the shape") {
  CHECK(output_shape("flatten", {}, {5, 5, 64}) == Shape{1600});
  CHECK(output_shape("relu", {}, {5, 5, 64}) == Shape{5, 5, 64});
  CHECK(output_shape("dropout", {}, {5, 5, 64}) == Shape{5, 5, 64});
  CHECK(output_shape("dense", {{"units", int64_t{10}}}, {1600}) == Shape{10});
}

TEST_CASE("layers: an incompatible input is refused with its shape and the expected one") {
  CHECK_THROWS_MATCHES(output_shape("conv2d", with_filters({}), {2, 28, 1}), Error,
                       MessageMatches(ContainsSubstring("[conv2d]") && ContainsSubstring("3") &&
                                      ContainsSubstring("2")));
  CHECK_THROWS_MATCHES(output_shape("conv2d", with_filters({}), {784}), Error,
                       MessageMatches(ContainsSubstring("[conv2d]") && ContainsSubstring("(784)")));
  const Options groups = with_filters({{"groups", int64_t{2}}});
  CHECK_THROWS_MATCHES(output_shape("conv2d", groups, {28, 28, 3}), Error,
                       MessageMatches(ContainsSubstring("2 groups must divide the 3 channels")));
  CHECK_THROWS_MATCHES(
      output_shape("max_pool2d", {}, {784}), Error,
      MessageMatches(ContainsSubstring("[max_pool2d]") && ContainsSubstring("(784)")));
  CHECK_THROWS_MATCHES(
      output_shape("dense", {{"units", int64_t{3}}}, {28, 28, 1}), Error,
      MessageMatches(ContainsSubstring("[dense]") && ContainsSubstring("(28, 28, 1)")));
}

// As in PyTorch: 112 → 56 and 13 → 6 in GoogLeNet and SqueezeNet need a last window that crosses
// the edge; a window that would start outside is dropped.
TEST_CASE("pooling: ceil_mode keeps a last window that begins inside the image") {
  const auto pooled = [](int64_t size, int64_t window, int64_t stride) {
    const Options options{{"window", window}, {"stride", stride}, {"ceil_mode", true}};
    return output_shape("max_pool2d", options, {size, size, 1})[0];
  };
  CHECK(pooled(112, 3, 2) == 56);
  CHECK(pooled(13, 3, 2) == 6);
  CHECK(pooled(14, 3, 2) == 7);
  CHECK(pooled(5, 2, 2) == 3);
  CHECK(pooled(5, 1, 3) == 2);
  CHECK(pooled(4, 2, 3) == 2);
  CHECK(pooled(3, 2, 3) == 1);
}

// PyTorch's formula, floor((input + 2 · padding - window) / stride) + 1, for its documented layers:
// the first convolution and pooling of torchvision's ResNet-18, and a window of 3×5 pixels.
TEST_CASE("conv2d and max_pool2d: explicit padding and rectangular windows as in PyTorch") {
  const auto padded = [](Options options, const std::array<int64_t, 4>& pads) {
    options.insert(options.end(), {{"padding", std::string("explicit")},
                                   {"pad_top", pads[0]},
                                   {"pad_bottom", pads[1]},
                                   {"pad_left", pads[2]},
                                   {"pad_right", pads[3]}});
    return options;
  };
  const Options seven = with_filters({{"kernel", int64_t{7}}, {"stride", int64_t{2}}});
  CHECK(output_shape("conv2d", padded(seven, {3, 3, 3, 3}), {224, 224, 3}) == Shape{112, 112, 2});
  const Options three{{"window", int64_t{3}}, {"stride", int64_t{2}}};
  CHECK(output_shape("max_pool2d", padded(three, {1, 1, 1, 1}), {112, 112, 64}) ==
        Shape{56, 56, 64});
  const Options wide = with_filters({{"kernel", int64_t{3}},
                                     {"kernel_width", int64_t{5}},
                                     {"stride", int64_t{2}},
                                     {"stride_width", int64_t{1}}});
  CHECK(output_shape("conv2d", padded(wide, {4, 0, 0, 2}), {20, 20, 3}) == Shape{11, 18, 2});
  CHECK(output_shape("max_pool2d", {{"window", int64_t{3}}, {"window_width", int64_t{2}}},
                     {9, 8, 1}) == Shape{3, 4, 1});
  // Rounded up, a window may begin in the padding before the image, but not in that after it.
  const Options up{{"window", int64_t{2}}, {"stride", int64_t{2}}, {"ceil_mode", true}};
  CHECK(output_shape("max_pool2d", padded(up, {1, 0, 0, 1}), {4, 4, 1}) == Shape{3, 2, 1});
}

TEST_CASE("layers: pads are refused without padding explicit and where a window misses the image") {
  CHECK_THROWS_MATCHES(
      output_shape("conv2d", with_filters({{"pad_left", int64_t{1}}}), {9, 9, 1}), Error,
      MessageMatches(ContainsSubstring("[conv2d] option pad_left is 1 but must be 0")));
  const Options outside{{"padding", std::string("explicit")}, {"pad_bottom", int64_t{2}}};
  CHECK_THROWS_MATCHES(
      output_shape("max_pool2d", outside, {9, 9, 1}), Error,
      MessageMatches(ContainsSubstring("option pad_bottom is 2 but must be smaller than the "
                                       "window's 2 pixels")));
}

TEST_CASE("merging layers: shapes that do not match are refused") {
  const auto shape_of = [](std::string_view kind, std::vector<Shape> inputs) {
    return make_layer(kind, {})->output_shape(inputs);
  };
  CHECK(shape_of("add", {{4, 4, 2}, {4, 4, 2}}) == Shape{4, 4, 2});
  CHECK(shape_of("concat", {{4, 4, 2}, {4, 4, 3}, {4, 4, 1}}) == Shape{4, 4, 6});
  CHECK(shape_of("multiply", {{4, 4, 2}, {1, 1, 2}}) == Shape{4, 4, 2});
  CHECK_THROWS_MATCHES(shape_of("add", {{4, 4, 2}, {4, 4, 3}}), Error,
                       MessageMatches(ContainsSubstring("(4, 4, 3)")));
  CHECK_THROWS_MATCHES(shape_of("add", {{4, 4, 2}}), Error,
                       MessageMatches(ContainsSubstring("two or more")));
  CHECK_THROWS_MATCHES(shape_of("concat", {{4, 4, 2}, {4, 5, 2}}), Error,
                       MessageMatches(ContainsSubstring("(4, 5, 2)")));
  CHECK_THROWS_MATCHES(shape_of("multiply", {{4, 4, 2}, {1, 1, 3}}), Error,
                       MessageMatches(ContainsSubstring("(1, 1, 3)")));
}

TEST_CASE("reshape: -1 is inferred, other shapes must have the same number of elements") {
  const auto reshaped = [](const std::string& shape) {
    return output_shape("reshape", {{"shape", shape}}, {4, 6, 2});
  };
  CHECK(reshaped("48") == Shape{48});
  CHECK(reshaped("-1, 4") == Shape{12, 4});
  CHECK(reshaped("2, 3, 8") == Shape{2, 3, 8});
  for (const std::string shape :
       {"47", "-1, 5", "16777216, 16777216, 16777216", "-1, -1", "0", "1.5", ""})
    CHECK_THROWS_MATCHES(reshaped(shape), Error, MessageMatches(ContainsSubstring("[reshape]")));
}

// Keras: "same" gives input · stride, "valid" max(kernel - stride, 0) more.
TEST_CASE("conv_transpose2d: output shapes are those of Keras' Conv2DTranspose") {
  const auto size = [](int64_t kernel, int64_t stride, const std::string& padding) {
    const Options options{{"kernel", kernel}, {"stride", stride}, {"padding", padding}};
    return output_shape("conv_transpose2d", with_filters(options), {5, 5, 3})[0];
  };
  CHECK(size(3, 1, "valid") == 7);
  CHECK(size(3, 2, "valid") == 11);
  CHECK(size(2, 3, "valid") == 15);
  CHECK(size(3, 2, "same") == 10);
}

}  // namespace
}  // namespace convlab
