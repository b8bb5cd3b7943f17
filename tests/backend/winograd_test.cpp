#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "backend/device.h"
#include "backend/xnnpack/winograd_choice.h"
#include "backend/xnnpack/winograd_transforms.h"

// Convolutions by Winograd's algorithm against a direct one in float64, and against the direct one
// of the same backend.

namespace convlab {

namespace {

struct Case {
  int64_t rows = 8;
  int64_t columns = 8;
  int64_t inputs = 3;
  int64_t outputs = 3;
  int64_t batch = 1;
  Padding2d padding = {1, 1, 1, 1};
  bool with_bias = true;
  Activation activation = Activation::none;

  Shape x() const { return {batch, rows, columns, inputs}; }
  Shape y() const {
    return {batch, rows + padding.top + padding.bottom - 2,
            columns + padding.left + padding.right - 2, outputs};
  }
  Conv2dDesc desc() const {
    return {.kernel = {3, 3}, .padding = padding, .activation = activation};
  }
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.batch << " x " << c.rows << "x" << c.columns << ", channels " << c.inputs
             << " to " << c.outputs << ", padding " << c.padding.top << c.padding.bottom
             << c.padding.left << c.padding.right << ", bias " << c.with_bias << ", activation "
             << static_cast<int>(c.activation);
}

double activate(Activation activation, double value) {
  switch (activation) {
    case Activation::none:
      return value;
    case Activation::relu:
      return std::max(value, 0.0);
    case Activation::relu6:
      return std::clamp(value, 0.0, 6.0);
  }
  return value;
}

template <class Number>
std::vector<double> direct_in_float64(const Case& c, const std::vector<Number>& x,
                                      const std::vector<float>& kernel,
                                      const std::vector<float>& bias) {
  const auto at = [](int64_t index) { return static_cast<size_t>(index); };
  std::vector<double> turned(kernel.size());  // [3, 3, inputs, outputs]
  for (int64_t o = 0; o < c.outputs; ++o) {
    for (int64_t k = 0; k < 9 * c.inputs; ++k)
      turned[at(k * c.outputs + o)] = kernel[at(o * 9 * c.inputs + k)];
  }
  const Shape shape = c.y();
  std::vector<double> y(at(shape.elements()));
  for (int64_t pixel = 0; pixel < shape.elements() / c.outputs; ++pixel) {
    const int64_t image = pixel / (shape[1] * shape[2]);
    double* sums = y.data() + pixel * c.outputs;
    if (c.with_bias) std::copy(bias.begin(), bias.end(), sums);
    for (int64_t k = 0; k < 9; ++k) {
      const int64_t row = pixel / shape[2] % shape[1] + k / 3 - c.padding.top;
      const int64_t column = pixel % shape[2] + k % 3 - c.padding.left;
      if (row < 0 || row >= c.rows || column < 0 || column >= c.columns) continue;
      const Number* values = x.data() + ((image * c.rows + row) * c.columns + column) * c.inputs;
      for (int64_t i = 0; i < c.inputs; ++i) {
        const double* weights = turned.data() + (k * c.inputs + i) * c.outputs;
        for (int64_t o = 0; o < c.outputs; ++o) sums[o] += double{values[i]} * weights[o];
      }
    }
    for (int64_t o = 0; o < c.outputs; ++o) sums[o] = activate(c.activation, sums[o]);
  }
  return y;
}

/// The convolution on one backend. Every object computes on the same numbers.
class Convolution {
 public:
  Convolution(const Case& c, int threads, Winograd use)
      : case_(c), backend_(make_backend("xnnpack", threads)), device_(*backend_) {
    backend_->set_winograd(use);
    kernel_ = device_.parameter({c.outputs, 3, 3, c.inputs});
    bias_ = device_.parameter({c.outputs});
    x_ = device_.random(c.x());
    dy_ = device_.random(c.y());
    y_ = device_.output(c.y());
  }

  std::vector<float> run() {
    const Conv2dDesc desc = case_.desc();
    void* workspace = device_.workspace(
        static_cast<size_t>(backend_->conv2d_workspace(desc, x_.shape, y_.shape)));
    backend_->conv2d({slot_, workspace}, desc, x_, kernel_, case_.with_bias ? &bias_ : nullptr, y_);
    return device_.read(y_);
  }
  std::vector<float> run(const std::vector<float>& x) {
    backend_->upload(x.data(), x_);
    return run();
  }
  std::vector<double> reference() { return reference(device_.read(x_)); }
  template <class Number>
  std::vector<double> reference(const std::vector<Number>& x) {
    return direct_in_float64(case_, x, device_.read(kernel_.value), device_.read(bias_.value));
  }
  std::vector<float> grad_input() {
    const Conv2dDesc desc = case_.desc();
    void* workspace = device_.workspace(
        static_cast<size_t>(backend_->conv2d_workspace(desc, x_.shape, y_.shape)));
    const Tensor dx = device_.output(case_.x());
    backend_->conv2d_grad_input({grad_slot_, workspace}, desc, dy_, kernel_, dx);
    return device_.read(dx);
  }
  /// The same as the convolution that it is, with the turned kernel.
  std::vector<double> grad_input_reference() {
    const std::vector<float> kernel = device_.read(kernel_.value);
    std::vector<float> turned;  // [inputs, 3, 3, outputs]
    for (int64_t i = 0; i < case_.inputs; ++i) {
      for (int64_t k = 9; k-- > 0;) {
        for (int64_t o = 0; o < case_.outputs; ++o)
          turned.push_back(kernel[static_cast<size_t>((o * 9 + k) * case_.inputs + i)]);
      }
    }
    const auto& [top, bottom, left, right] = case_.padding;
    return direct_in_float64({.rows = case_.y()[1],
                              .columns = case_.y()[2],
                              .inputs = case_.outputs,
                              .outputs = case_.inputs,
                              .batch = case_.batch,
                              .padding = {2 - top, 2 - bottom, 2 - left, 2 - right},
                              .with_bias = false},
                             device_.read(dy_), turned, {});
  }
  void change_kernel() { device_.change(kernel_); }
  Device& device() { return device_; }
  const Tensor& x() const { return x_; }

 private:
  Case case_;
  std::unique_ptr<Backend> backend_;
  Device device_;
  Parameter kernel_, bias_;
  Tensor x_, y_, dy_;
  OpSlot slot_, grad_slot_;
};

/// ‖values - reference‖ / ‖reference‖. The reference counts as at least as large as sums of
/// `terms` products of numbers uniform in [-1, 1) are on average: a few of them may all be small.
template <class Reference>
double distance(const std::vector<float>& values, const Reference& reference, int64_t terms) {
  double difference = 0;
  double norm = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    difference += std::pow(double{values[i]} - double{reference[i]}, 2);
    norm += std::pow(double{reference[i]}, 2);
  }
  const double expected = static_cast<double>(terms) / 9 * static_cast<double>(values.size());
  return std::sqrt(difference / std::max(norm, expected));
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Twice the error that the points give with 512 channels (1.7e-6, and 5e-7 with 3).
constexpr double tolerance = 4e-6;

constexpr std::array<Padding2d, 4> paddings{
    {{1, 1, 1, 1}, {0, 0, 0, 0}, {2, 0, 1, 2}, {0, 1, 4, 3}}};
constexpr std::array activations{Activation::none, Activation::relu, Activation::relu6};

/// All sizes with all pairs of channels; padding, bias, activation and batch alternate.
std::vector<Case> all_cases() {
  constexpr std::array<std::array<int64_t, 2>, 5> channels{
      {{3, 50}, {50, 50}, {50, 512}, {512, 3}, {512, 50}}};
  std::vector<Case> cases;
  for (const int64_t size : {1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 28}) {
    for (const auto& [inputs, outputs] : channels) {
      const size_t turn = cases.size() + static_cast<size_t>(size);
      Case c{.rows = size,
             .columns = size % 2 == 0 ? size : size + 1,
             .inputs = inputs,
             .outputs = outputs,
             .batch = turn % 2 == 0 ? 1 : 3,
             .padding = paddings.at(turn % paddings.size()),
             .with_bias = turn % 5 != 0,
             .activation = activations.at(turn % activations.size())};
      if (size < 3) c.padding = paddings.at(turn % 2 * 2);  // the others leave no output
      cases.push_back(c);
    }
  }
  cases.push_back({.rows = 14, .columns = 14, .inputs = 512, .outputs = 512, .batch = 1});
  cases.push_back({.rows = 40, .columns = 37, .inputs = 64, .outputs = 64, .batch = 2});
  return cases;
}

/// Max pooling of windows of 2×2 of an image [size, size, channels].
template <class Number>
std::vector<Number> pooled(const std::vector<Number>& x, int64_t size, int64_t channels) {
  std::vector<Number> y;
  for (int64_t row = 0; row < size; row += 2) {
    for (int64_t column = 0; column < size; column += 2) {
      for (int64_t channel = 0; channel < channels; ++channel) {
        const auto at = [&](int64_t r, int64_t c) {
          return x[static_cast<size_t>((r * size + c) * channels + channel)];
        };
        y.push_back(std::max(
            {at(row, column), at(row, column + 1), at(row + 1, column), at(row + 1, column + 1)}));
      }
    }
  }
  return y;
}

/// Checks the convolutions and poolings of VGG16 with random weights on an image of `size` pixels.
void check_vgg16(int64_t size) {
  int64_t inputs = 3;
  std::vector<float> values = random_values(size * size * inputs, 1);
  std::vector<double> exact(values.begin(), values.end());
  for (const auto& [layers, channels] :
       std::to_array<std::array<int64_t, 2>>({{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}})) {
    for (int64_t layer = 0; layer < layers; ++layer) {
      INFO(size << "x" << size << ", " << inputs << " to " << channels << " channels");
      Convolution winograd({.rows = size,
                            .columns = size,
                            .inputs = inputs,
                            .outputs = channels,
                            .activation = Activation::relu},
                           1, Winograd::always);
      values = winograd.run(values);
      exact = winograd.reference(exact);
      const double error = distance(values, exact, 9 * inputs);
      CAPTURE(error);
      CHECK(error <= 2e-5);
      inputs = channels;
    }
    values = pooled(values, size, inputs);
    exact = pooled(exact, size, inputs);
    size /= 2;
  }
  CHECK(distance(values, exact, 9 * inputs) <= 2e-5);
}

}  // namespace

TEST_CASE("winograd: VGG16's body stays within 2e-5 of float64 in every layer") { check_vgg16(32); }

// Takes ten seconds, nearly all for the float64 reference.
TEST_CASE("winograd: so it does at 224 pixels", "[.][full]") { check_vgg16(224); }

TEST_CASE("winograd: sizes, channels, padding, bias and activation match float64 and direct") {
  for (const Case& c : all_cases()) {
    INFO(c);
    Convolution winograd(c, 1, Winograd::always);
    const std::vector<float> values = winograd.run();
    CHECK(distance(values, winograd.reference(), 9 * c.inputs) <= tolerance);
    const std::vector<float> direct = Convolution(c, 1, Winograd::off).run();
    CHECK(distance(values, direct, 9 * c.inputs) <= tolerance);
  }
}

TEST_CASE("winograd: any number of threads gives the same bits") {
  for (const Case& c : {Case{.rows = 14, .columns = 14, .inputs = 512, .outputs = 48, .batch = 1},
                        Case{.rows = 61, .columns = 35, .inputs = 24, .outputs = 40, .batch = 3}}) {
    INFO(c);
    Convolution single(c, 1, Winograd::always);
    const std::vector<float> one = single.run();
    const std::vector<float> gradient = single.grad_input();
    for (const int threads : {2, 3}) {
      Convolution winograd(c, threads, Winograd::always);
      CHECK(same_bits(winograd.run(), one));
      CHECK(same_bits(winograd.grad_input(), gradient));
    }
  }
}

TEST_CASE("winograd: an image gives the same bits in any batch") {
  // 16 tiles an image, so that blocks of tiles hold parts of several images, and 3 rows remain.
  const Case c{.rows = 15, .columns = 13, .inputs = 20, .outputs = 24, .batch = 5};
  Case single = c;
  single.batch = 1;
  for (const int threads : {1, 2}) {
    Convolution together(c, threads, Winograd::always);
    const std::vector<float> expected = together.run();
    const std::vector<float> images = together.device().read(together.x());
    Convolution alone(single, threads, Winograd::always);
    std::vector<float> outputs;
    for (int64_t image = 0; image < c.batch; ++image) {
      const auto* first = images.data() + image * single.x().elements();
      const std::vector<float> output = alone.run({first, first + single.x().elements()});
      outputs.insert(outputs.end(), output.begin(), output.end());
    }
    CHECK(same_bits(outputs, expected));
  }
}

#ifdef __x86_64__
TEST_CASE("winograd: the transforms for AVX2 give the bits of those for this processor") {
  if (!__builtin_cpu_supports("avx2")) SKIP("the processor has no AVX2");
  constexpr int64_t channels = 21;  // vectors of 16, of 4 and a single one
  const winograd::Tiles tiles{.rows = 2,
                              .columns = 2,
                              .in_h = 7,
                              .in_w = 6,
                              .in_channels = channels,
                              .out_h = 7,
                              .out_w = 6,
                              .out_channels = channels,
                              .top = 1,
                              .left = 1};
  const std::vector<float> x = random_values(7 * 6 * channels, 1);
  const std::vector<float> bias = random_values(channels, 2);
  const std::vector<float> zeros(channels);
  const auto results = [&](const winograd::Functions& functions) {
    const std::vector<float> kernel = random_values(channels * 9 * channels, 3);
    std::vector<float> transformed(winograd::products * channels * channels);
    functions.kernel({.values = kernel.data(),
                      .inputs = channels,
                      .outputs = channels,
                      .input = 1,
                      .output = 9 * channels,
                      .pixel = channels},
                     {transformed.data(), channels, channels * channels});
    std::vector<float> values(4 * winograd::products * channels);
    std::vector<float> y(x.size());
    std::vector<float> unused(channels);
    const winograd::Matrices matrices{values.data(), channels, 4 * channels};
    functions.input(tiles, x.data(), zeros.data(), 0, 4, matrices);
    functions.output(tiles, matrices, {bias.data(), -1, 1}, unused.data(), 0, 4, y.data());
    values.insert(values.end(), y.begin(), y.end());
    values.insert(values.end(), transformed.begin(), transformed.end());
    return values;
  };
  CHECK(same_bits(results(winograd::avx2_functions), results(winograd::functions())));
}
#endif

TEST_CASE("winograd: used only where it is asked for") {
  const Case c{.rows = 28, .columns = 28, .inputs = 64, .outputs = 64};
  const std::vector<float> off = Convolution(c, 1, Winograd::off).run();
  CHECK_FALSE(same_bits(Convolution(c, 1, Winograd::always).run(), off));
  CHECK_FALSE(same_bits(Convolution(c, 1, Winograd::automatic).run(), off));
}

TEST_CASE("winograd: used in both directions where it is faster") {
  for (const auto& [inputs, outputs] :
       std::to_array<std::array<int64_t, 2>>({{3, 3}, {8, 32}, {32, 8}, {3, 64}, {64, 64}})) {
    const Case c{.rows = 28, .columns = 28, .inputs = inputs, .outputs = outputs};
    INFO(c);
    Convolution automatic(c, 1, Winograd::automatic);
    Convolution off(c, 1, Winograd::off);
    CHECK(same_bits(automatic.run(), off.run()) != winograd_is_faster(inputs, c.y()));
    CHECK(same_bits(automatic.grad_input(), off.grad_input()) !=
          winograd_is_faster(outputs, c.x()));
  }
}

TEST_CASE("winograd: gradients of inputs match float64 and direct", "[no-sanitizer]") {
  for (const Case& c : all_cases()) {
    INFO(c);
    Convolution winograd(c, 1, Winograd::always);
    const std::vector<float> dx = winograd.grad_input();
    CHECK(distance(dx, winograd.grad_input_reference(), 9 * c.outputs) <= tolerance);
    CHECK(distance(dx, Convolution(c, 1, Winograd::off).grad_input(), 9 * c.outputs) <= tolerance);
  }
}

TEST_CASE("winograd: a changed kernel is transformed again") {
  Convolution winograd({.inputs = 8, .outputs = 40}, 2, Winograd::always);
  const std::vector<float> before = winograd.run();
  CHECK(same_bits(winograd.run(), before));
  const std::vector<float> gradient = winograd.grad_input();
  winograd.change_kernel();
  const std::vector<float> after = winograd.run();
  CHECK_FALSE(same_bits(after, before));
  CHECK(distance(after, winograd.reference(), 9 * 8) <= tolerance);
  const std::vector<float> gradient_after = winograd.grad_input();
  CHECK_FALSE(same_bits(gradient_after, gradient));
  CHECK(distance(gradient_after, winograd.grad_input_reference(), 9 * 40) <= tolerance);
}

TEST_CASE("winograd: NaN reaches every output that reads it, also through an activation") {
  for (const Activation activation : activations) {
    Convolution winograd(
        {.rows = 3, .columns = 3, .inputs = 20, .outputs = 20, .activation = activation}, 1,
        Winograd::always);
    winograd.device().backend().fill(winograd.x(), std::numeric_limits<float>::quiet_NaN());
    for (const float value : winograd.run()) CHECK(std::isnan(value));
  }
}

}  // namespace convlab
