#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <ostream>

#include "backend/conformance.h"

namespace convlab {

namespace {

enum class PaddingKind : uint8_t { valid, same, asymmetric };

struct ConvCase {
  Size2d image;
  int64_t in_channels = 1;
  int64_t out_channels = 1;
  Size2d kernel{3, 3};
  Size2d stride{1, 1};
  Size2d dilation{1, 1};
  PaddingKind padding = PaddingKind::valid;
  bool with_bias = true;
  Activation activation = Activation::none;
  int64_t batch = 3;
  int64_t groups = 1;
};

std::ostream& operator<<(std::ostream& out, const ConvCase& c) {
  return out << c.image.h << "x" << c.image.w << ", channels " << c.in_channels << " to "
             << c.out_channels << ", kernel " << c.kernel.h << "x" << c.kernel.w << ", stride "
             << c.stride.h << "x" << c.stride.w << ", dilation " << c.dilation.h << "x"
             << c.dilation.w << ", padding " << static_cast<int>(c.padding) << ", bias "
             << c.with_bias << ", activation " << static_cast<int>(c.activation) << ", batch "
             << c.batch << ", groups " << c.groups;
}

int64_t reach(int64_t kernel, int64_t dilation) { return (kernel - 1) * dilation + 1; }

/// Returns the total padding of "same": enough for ceil(image / stride) outputs.
int64_t same_padding(int64_t image, int64_t reach, int64_t stride) {
  return std::max<int64_t>(((image + stride - 1) / stride - 1) * stride + reach - image, 0);
}

Padding2d padding_of(const ConvCase& c) {
  const int64_t reach_h = reach(c.kernel.h, c.dilation.h);
  const int64_t reach_w = reach(c.kernel.w, c.dilation.w);
  switch (c.padding) {
    case PaddingKind::valid:
      return {};
    case PaddingKind::asymmetric:
      return {.top = reach_h - 1, .bottom = 0, .left = reach_w / 3, .right = reach_w - 1};
    case PaddingKind::same:
      break;
  }
  const int64_t rows = same_padding(c.image.h, reach_h, c.stride.h);
  const int64_t columns = same_padding(c.image.w, reach_w, c.stride.w);
  return {rows / 2, rows - rows / 2, columns / 2, columns - columns / 2};
}

Conv2dDesc desc_of(const ConvCase& c) {
  return {c.kernel, c.stride, c.dilation, padding_of(c), c.groups, c.activation};
}

Size2d output_size(const ConvCase& c, const Conv2dDesc& desc) {
  const Padding2d& padding = desc.padding;
  return {
      (c.image.h + padding.top + padding.bottom - reach(c.kernel.h, c.dilation.h)) / c.stride.h + 1,
      (c.image.w + padding.left + padding.right - reach(c.kernel.w, c.dilation.w)) / c.stride.w +
          1};
}

/// A convolution layer of a network with its three operations.
class Convolution {
 public:
  Convolution(Device& device, const ConvCase& c)
      : device_(device),
        case_(c),
        desc_(desc_of(c)),
        kernel_(
            device.parameter({c.out_channels, c.kernel.h, c.kernel.w, c.in_channels / c.groups})),
        bias_(device.parameter({c.out_channels})) {}

  void change_kernel() { device_.change(kernel_); }
  void change_bias() { device_.change(bias_); }

  /// Appends the output and both gradients of one batch to `outputs`.
  void step(int64_t batch, std::vector<Output>& outputs) {
    const Size2d out = output_size(case_, desc_);
    const Tensor x = device_.random({batch, case_.image.h, case_.image.w, case_.in_channels});
    const Tensor y = device_.output({batch, out.h, out.w, case_.out_channels});
    const Tensor dy = device_.random(y.shape);
    const Tensor dx = device_.output(x.shape);
    const Tensor kernel_grad = device_.output(kernel_.value.shape);
    const Tensor bias_grad = device_.output(bias_.value.shape);
    Backend& backend = device_.backend();
    void* workspace = device_.workspace(backend.conv2d_workspace(desc_, x.shape, y.shape));

    backend.conv2d({forward_, workspace}, desc_, x, kernel_, case_.with_bias ? &bias_ : nullptr, y);
    backend.conv2d_grad_input({grad_input_, workspace}, desc_, dy, kernel_, dx);
    backend.conv2d_grad_kernel({grad_kernel_, workspace}, desc_, x, dy, kernel_grad, bias_grad);

    const int64_t kernel_pixels = case_.kernel.h * case_.kernel.w;
    outputs.push_back(
        sums_of_products(device_.read(y), kernel_pixels * case_.in_channels / case_.groups));
    outputs.push_back(
        sums_of_products(device_.read(dx), kernel_pixels * case_.out_channels / case_.groups));
    outputs.push_back(sums_of_products(device_.read(kernel_grad), batch * out.h * out.w));
    outputs.push_back(sums_of_products(device_.read(bias_grad), batch * out.h * out.w));
  }

 private:
  Device& device_;
  ConvCase case_;
  Conv2dDesc desc_;
  Parameter kernel_;
  Parameter bias_;
  OpSlot forward_;
  OpSlot grad_input_;
  OpSlot grad_kernel_;
};

void check_one_step(const ConvCase& c) {
  INFO(c);
  check_against_host([&c](Device& device) {
    std::vector<Output> outputs;
    Convolution(device, c).step(c.batch, outputs);
    return outputs;
  });
}

/// Every kernel, stride, dilation and padding; channels, bias and activation alternate.
std::vector<ConvCase> geometry_cases() {
  constexpr std::array<std::array<int64_t, 2>, 7> channels{
      {{1, 25}, {3, 8}, {8, 33}, {33, 3}, {25, 1}, {1, 1}, {8, 8}}};
  std::vector<ConvCase> cases;
  for (const Size2d kernel : {Size2d{1, 1}, Size2d{3, 3}, Size2d{5, 5}, Size2d{2, 3}}) {
    for (const Size2d stride : {Size2d{1, 1}, Size2d{2, 2}, Size2d{3, 3}, Size2d{1, 2}}) {
      for (const Size2d dilation : {Size2d{1, 1}, Size2d{2, 2}}) {
        for (const auto padding :
             {PaddingKind::valid, PaddingKind::same, PaddingKind::asymmetric}) {
          const size_t turn = cases.size();
          const auto& [in, out] = channels.at(turn % channels.size());
          cases.push_back({.image = {11, 13},
                           .in_channels = in,
                           .out_channels = out,
                           .kernel = kernel,
                           .stride = stride,
                           .dilation = dilation,
                           .padding = padding,
                           .with_bias = turn % 2 == 0,
                           .activation = turn % 4 < 2 ? Activation::none : Activation::relu});
        }
      }
    }
  }
  return cases;
}

}  // namespace

TEST_CASE("conv2d: kernel, stride, dilation and padding match host, with both gradients") {
  check_one_step(GENERATE(from_range(geometry_cases())));
}

TEST_CASE("conv2d: channel counts around the SIMD width match host") {
  const int64_t in = GENERATE(1, 3, 8, 25, 33);
  const int64_t out = GENERATE(1, 3, 8, 25, 33, 50);
  check_one_step({.image = {6, 5}, .in_channels = in, .out_channels = out, .batch = 2});
}

TEST_CASE("conv2d: groups match host, also depthwise") {
  const auto [in, out, groups] = GENERATE(table<int64_t, int64_t, int64_t>(
      {{4, 6, 2}, {24, 40, 4}, {1, 3, 1}, {5, 5, 5}, {33, 33, 33}, {16, 32, 16}, {3, 9, 3}}));
  const auto kernel = GENERATE(Size2d{3, 3}, Size2d{1, 1}, Size2d{7, 7}, Size2d{5, 5});
  const int64_t stride = GENERATE(1, 2);
  const auto padding = GENERATE(PaddingKind::valid, PaddingKind::same);
  const int64_t dilation = GENERATE(1, 2);
  if (reach(kernel.h, dilation) > 9) return;
  check_one_step({.image = {9, 11},
                  .in_channels = in,
                  .out_channels = out,
                  .kernel = kernel,
                  .stride = {stride, stride},
                  .dilation = {dilation, dilation},
                  .padding = padding,
                  .with_bias = stride == 1,
                  .activation = stride == 1 ? Activation::none : Activation::relu6,
                  .batch = 10,
                  .groups = groups});
}

TEST_CASE("conv2d: images no larger than the kernel match host") {
  const auto image = GENERATE(Size2d{1, 1}, Size2d{3, 3}, Size2d{1, 7}, Size2d{2, 2});
  check_one_step({.image = image,
                  .in_channels = 3,
                  .out_channels = 8,
                  .padding = PaddingKind::same,
                  .batch = 1});
}

TEST_CASE("conv2d: images smaller than the stride match host") {
  const auto image = GENERATE(Size2d{1, 4}, Size2d{4, 1}, Size2d{2, 3});
  const int64_t groups = GENERATE(1, 8);
  check_one_step({.image = image,
                  .in_channels = 8,
                  .out_channels = 8,
                  .kernel = {5, 5},
                  .stride = {4, 4},
                  .padding = PaddingKind::same,
                  .groups = groups});
}

TEST_CASE("conv2d: layers large enough for all threads match host") {
  check_one_step(GENERATE(values<ConvCase>({
      {.image = {28, 28}, .in_channels = 1, .out_channels = 25, .batch = 17},
      {.image = {13, 13}, .in_channels = 32, .out_channels = 64, .batch = 19},
      {.image = {32, 32}, .in_channels = 3, .out_channels = 33, .padding = PaddingKind::same},
      {.image = {31, 31},
       .in_channels = 16,
       .out_channels = 24,
       .kernel = {5, 5},
       .stride = {2, 2},
       .padding = PaddingKind::same,
       .activation = Activation::relu,
       .batch = 5},
      {.image = {14, 14}, .in_channels = 64, .out_channels = 40, .kernel = {1, 1}, .batch = 9},
      {.image = {28, 28},
       .in_channels = 64,
       .out_channels = 64,
       .stride = {2, 2},
       .padding = PaddingKind::same,
       .batch = 7,
       .groups = 64},
      {.image = {40, 40}, .in_channels = 8, .out_channels = 16, .batch = 11, .groups = 2},
      {.image = {40, 41}, .in_channels = 3, .out_channels = 9, .batch = 1},
  })));
}

TEST_CASE("conv2d: one slot supports new weights and other batch sizes") {
  const auto padding = GENERATE(PaddingKind::valid, PaddingKind::same);
  const int64_t stride = GENERATE(1, 2);
  const bool with_bias = GENERATE(false, true);
  const int64_t in = GENERATE(3, 8);
  const ConvCase c{.image = {9, 10},
                   .in_channels = in,
                   .out_channels = 25,
                   .stride = {stride, stride},
                   .padding = padding,
                   .with_bias = with_bias};
  INFO(c);
  check_against_host([&c](Device& device) {
    Convolution convolution(device, c);
    std::vector<Output> outputs;
    convolution.step(4, outputs);
    convolution.step(4, outputs);
    convolution.change_kernel();
    convolution.change_bias();
    convolution.step(4, outputs);
    convolution.step(1, outputs);
    convolution.change_bias();
    convolution.step(11, outputs);
    convolution.change_kernel();
    convolution.step(3, outputs);
    return outputs;
  });
}

}  // namespace convlab
