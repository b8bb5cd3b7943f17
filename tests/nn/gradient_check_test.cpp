#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "backend/device.h"
#include "core/options_text.h"
#include "core/random.h"
#include "nn/activations.h"
#include "nn/network.h"
#include "nn/registry.h"
#include "nn/test_layers.h"

namespace convlab {
namespace {

// Central differences with `step` and half of it, Richardson-extrapolated: exact up to the fourth
// derivative, and for piecewise linear layers if no step crosses a kink. The remaining error is the
// rounding of the outputs, which a large step keeps small: outputs of about 10 have an error of
// 1e-6; divided by the step this is about 1e-5 of a gradient of order 1; extrapolation triples it.
constexpr float step = 0x1p-4F;
constexpr double tolerance = 4e-4;  // relative to the largest element of the gradient
constexpr int64_t batch = 2;
constexpr size_t max_elements = 96;  // max number of elements checked per tensor, evenly spaced

enum class Data : uint8_t {
  any,       ///< in [-1, 1)
  distinct,  ///< multiples of 4 · step, offset by 2 · step: no step crosses a kink of relu or max
};

struct Row {
  std::string_view kind;
  Options options;
  Shape input;
  Data data = Data::any;
  std::vector<Shape> more = {};  ///< shapes of additional inputs
};

const std::string same = "same";
const std::string explicit_padding = "explicit";

const std::vector<Row>& rows() {
  static const std::vector<Row> table{
      {"add", {}, {3, 2, 5}, Data::any, {{3, 2, 5}}},
      {"add", {}, {7}, Data::any, {{7}, {7}}},
      {"avg_pool2d", {}, {4, 6, 3}},
      {"avg_pool2d",
       {{"window", int64_t{3}}, {"stride", int64_t{2}}, {"ceil_mode", true}},
       {6, 8, 2}},
      {"avg_pool2d",
       {{"window", int64_t{3}}, {"stride", int64_t{1}}, {"padding", same}},
       {4, 5, 2}},
      {"avg_pool2d",
       {{"window", int64_t{3}},
        {"window_width", int64_t{2}},
        {"stride", int64_t{2}},
        {"stride_width", int64_t{1}},
        {"padding", explicit_padding},
        {"pad_top", int64_t{2}},
        {"pad_right", int64_t{1}},
        {"ceil_mode", true}},
       {6, 5, 2}},
      {"batch_norm", {}, {3, 2, 5}},
      {"batch_norm", {{"center", false}, {"scale", false}}, {4}},
      {"concat", {}, {3, 4, 2}, Data::any, {{3, 4, 5}, {3, 4, 1}}},
      {"concat", {}, {3}, Data::any, {{5}}},
      {"conv2d", {{"filters", int64_t{1}}, {"kernel", int64_t{1}}}, {1, 1, 1}},
      {"conv2d", {{"filters", int64_t{4}}}, {5, 6, 3}},
      {"conv2d", {{"filters", int64_t{3}}, {"padding", same}}, {4, 5, 1}},
      {"conv2d", {{"filters", int64_t{5}}, {"bias", false}}, {4, 4, 2}},
      {"conv2d",
       {{"filters", int64_t{2}}, {"kernel", int64_t{2}}, {"stride", int64_t{2}}, {"padding", same}},
       {5, 7, 2}},
      {"conv2d",
       {{"filters", int64_t{3}}, {"stride", int64_t{2}}, {"dilation", int64_t{2}}},
       {8, 9, 2}},
      {"conv2d", {{"filters", int64_t{2}}, {"dilation", int64_t{3}}, {"padding", same}}, {6, 5, 2}},
      {"conv2d", {{"filters", int64_t{33}}, {"kernel", int64_t{5}}}, {9, 8, 17}},
      {"conv2d", {{"filters", int64_t{6}}, {"groups", int64_t{2}}}, {5, 4, 4}},
      {"conv2d",
       {{"filters", int64_t{9}}, {"groups", int64_t{3}}, {"stride", int64_t{2}}, {"padding", same}},
       {5, 6, 3}},
      {"conv2d",
       {{"filters", int64_t{5}},
        {"kernel", int64_t{2}},
        {"kernel_width", int64_t{5}},
        {"stride", int64_t{3}},
        {"stride_width", int64_t{2}},
        {"padding", explicit_padding},
        {"pad_top", int64_t{1}},
        {"pad_bottom", int64_t{4}},
        {"pad_left", int64_t{3}}},
       {7, 6, 3}},
      {"conv2d",
       {{"filters", int64_t{4}},
        {"kernel", int64_t{1}},
        {"padding", explicit_padding},
        {"pad_top", int64_t{1}},
        {"pad_bottom", int64_t{1}},
        {"pad_left", int64_t{1}},
        {"pad_right", int64_t{1}}},
       {3, 4, 5}},
      {"conv_transpose2d", {{"filters", int64_t{3}}}, {3, 4, 2}},
      {"conv_transpose2d",
       {{"filters", int64_t{2}}, {"stride", int64_t{2}}, {"padding", same}},
       {3, 4, 3}},
      {"conv_transpose2d",
       {{"filters", int64_t{2}}, {"kernel", int64_t{2}}, {"stride", int64_t{3}}, {"bias", false}},
       {3, 2, 3}},
      {"dense", {{"units", int64_t{1}}}, {1}},
      {"dense", {{"units", int64_t{7}}}, {5}},
      {"dense", {{"units", int64_t{4}}, {"bias", false}}, {9}},
      {"dense", {{"units", int64_t{65}}}, {129}},
      {"depthwise_conv2d", {}, {5, 4, 3}},
      {"depthwise_conv2d",
       {{"depth_multiplier", int64_t{2}}, {"stride", int64_t{2}}, {"padding", same}},
       {5, 6, 3}},
      {"depthwise_conv2d", {{"kernel", int64_t{5}}, {"bias", false}}, {6, 6, 17}},
      {"depthwise_conv2d",
       {{"kernel_width", int64_t{2}},
        {"stride_width", int64_t{2}},
        {"padding", explicit_padding},
        {"pad_bottom", int64_t{1}},
        {"pad_left", int64_t{2}}},
       {5, 6, 3}},
      {"dropout", {}, {3, 4, 2}},
      {"dropout", {{"rate", 0.0}}, {7}},
      {"dropout", {{"rate", 0.9}}, {50}},
      {"elu", {}, {3, 3, 2}, Data::distinct},
      {"elu", {{"alpha", 0.5}}, {37}, Data::distinct},
      {"flatten", {}, {3, 4, 2}},
      {"gelu", {}, {3, 3, 2}, Data::distinct},
      {"global_avg_pool2d", {}, {5, 3, 4}},
      {"global_max_pool2d", {}, {5, 3, 4}, Data::distinct},
      {"group_norm", {{"groups", int64_t{2}}}, {3, 2, 6}},
      {"group_norm", {{"groups", int64_t{5}}, {"scale", false}}, {4, 3, 5}},
      {"hard_swish", {}, {40}, Data::distinct},
      {"layer_norm", {}, {3, 2, 6}},
      {"layer_norm", {{"center", false}}, {9}},
      {"leaky_relu", {}, {3, 3, 2}, Data::distinct},
      {"leaky_relu", {{"slope", 0.01}}, {37}, Data::distinct},
      {"local_response_norm", {}, {3, 2, 7}},
      {"local_response_norm", {{"size", int64_t{4}}, {"alpha", 0.5}, {"bias", 1.0}}, {3, 2, 6}},
      {"max_pool2d", {}, {4, 6, 3}, Data::distinct},
      {"max_pool2d", {}, {5, 7, 2}, Data::distinct},
      {"max_pool2d", {{"window", int64_t{3}}, {"stride", int64_t{2}}}, {7, 9, 2}, Data::distinct},
      {"max_pool2d",
       {{"window", int64_t{3}}, {"stride", int64_t{1}}, {"padding", same}},
       {4, 5, 2},
       Data::distinct},
      {"max_pool2d", {{"padding", same}}, {5, 5, 1}, Data::distinct},
      {"max_pool2d",
       {{"window", int64_t{3}}, {"stride", int64_t{2}}, {"ceil_mode", true}},
       {6, 8, 2},
       Data::distinct},
      {"max_pool2d",
       {{"window", int64_t{3}},
        {"window_width", int64_t{4}},
        {"stride", int64_t{2}},
        {"stride_width", int64_t{3}},
        {"padding", explicit_padding},
        {"pad_top", int64_t{1}},
        {"pad_left", int64_t{2}},
        {"pad_right", int64_t{1}},
        {"ceil_mode", true}},
       {6, 8, 2},
       Data::distinct},
      {"multiply", {}, {3, 2, 5}, Data::any, {{3, 2, 5}}},
      {"multiply", {}, {3, 2, 5}, Data::any, {{1, 1, 5}}},
      {"relu", {}, {3, 3, 2}, Data::distinct},
      {"relu", {}, {37}, Data::distinct},
      {"relu6", {}, {3, 5, 4}, Data::distinct},
      {"rescale", {{"scale", -2.5}, {"offset", 0.5}}, {11}},
      {"reshape", {{"shape", std::string("4, -1")}}, {3, 4, 2}},
      {"separable_conv2d", {{"filters", int64_t{5}}}, {5, 4, 3}},
      {"separable_conv2d",
       {{"filters", int64_t{4}},
        {"stride", int64_t{2}},
        {"padding", same},
        {"depth_multiplier", int64_t{2}},
        {"bias", false}},
       {5, 6, 3}},
      {"separable_conv2d",
       {{"filters", int64_t{4}},
        {"kernel", int64_t{2}},
        {"kernel_width", int64_t{3}},
        {"padding", explicit_padding},
        {"pad_top", int64_t{1}},
        {"pad_right", int64_t{2}}},
       {5, 4, 3}},
      {"sigmoid", {}, {3, 5, 2}, Data::distinct},
      {"silu", {}, {3, 5, 2}, Data::distinct},
      {"softmax", {}, {3, 5}},
      {"spatial_dropout", {}, {3, 4, 8}},
      {"tanh", {}, {3, 5}},
      {"up_sample2d", {}, {3, 2, 4}},
      {"up_sample2d",
       {{"size", int64_t{3}}, {"interpolation", std::string("bilinear")}},
       {3, 2, 4}},
      {"zero_pad2d", {}, {3, 2, 4}},
      {"zero_pad2d", {{"top", int64_t{0}}, {"right", int64_t{3}}}, {3, 2, 4}},
  };
  return table;
}

/// Returns the values of input `number`.
std::vector<float> inputs(int64_t count, Data data, uint64_t number) {
  if (data == Data::any) return random_values(count, 100 + number);
  std::vector<float> values(static_cast<size_t>(count));
  const int64_t below_zero = count / 2;
  std::iota(values.begin(), values.end(), 0.5F - static_cast<float>(below_zero));
  for (float& value : values) value *= 4 * step;
  Random random(3, 1);
  random.shuffle(std::span(values));
  return values;
}

/// Returns parameter values that have one sign per output channel and a magnitude of at least 0.5,
/// so that with positive inputs each channel stays on one side of relu's kink.
std::vector<float> one_sided(const Shape& shape) {
  std::vector<float> values = random_values(shape.elements(), 12);
  const int64_t channel = shape.elements() / shape[0];
  for (size_t i = 0; i < values.size(); ++i) {
    const bool on = static_cast<int64_t>(i) / channel % 3 != 1;
    values[i] = (on ? 1.0F : -1.0F) * (0.75F + values[i] / 4);
  }
  return values;
}

/// The network Learned → layer (→ relu), with a random linear function of its output as the loss.
class Check {
 public:
  Check(Backend& backend, const Row& row, bool relu, Mode mode)
      : device_(backend),
        network_(graph(row, relu), backend, /*seed=*/5),
        spec_{.mode = mode, .batch = batch} {
    backend.set_step({.learning_rate = 0, .step = 1});
    const size_t learned = 1 + row.more.size();
    for (size_t i = 1; i <= learned; ++i) spec_.gradients_of.push_back(i);
    for (size_t i = 0; i < learned; ++i) {
      const int64_t count = network_.parameters()[i].value.elements();
      set(i, relu ? one_sided(Shape{1, count}) : inputs(count, row.data, i));
    }
    for (size_t i = learned; i < network_.parameters().size(); ++i) {
      const Shape& shape = network_.parameters()[i].value.shape;
      set(i, relu ? one_sided(shape) : random_values(shape.elements(), 20 + i));
    }
    weights_ = random_values(forward().elements(), 13);
  }

  /// Returns the max error of the gradient of parameter `index`, relative to its largest element.
  double error(size_t index) {
    backward();
    return error(index, device_.read(network_.parameters()[index].grad));
  }

  /// The same for the gradient with respect to input `index`, a value of the network.
  double input_error(size_t index) {
    backward();
    return error(index, device_.read(network_.gradient(index)));
  }

  size_t parameters() const { return network_.parameters().size(); }
  size_t input_count() const { return spec_.gradients_of.size(); }
  bool trainable(size_t index) const { return bool{network_.parameters()[index].grad}; }
  const std::string& name(size_t index) const { return network_.parameters()[index].name; }

 private:
  void backward() {
    forward();
    device_.backend().upload(weights_.data(), network_.output_grad());
    network_.backward();
  }

  double error(size_t index, const std::vector<float>& grad) {
    double largest = 0;
    for (const float g : grad) largest = std::max(largest, std::abs(double{g}));
    double worst = 0;
    const size_t stride = std::max<size_t>(1, grad.size() / max_elements);
    for (size_t i = 0; i < grad.size(); i += stride) {
      worst = std::max(worst, std::abs(difference(index, i) - double{grad[i]}));
    }
    // If all inputs are dropped, the gradient is zero and the difference must be zero, too.
    return largest > 0 ? worst / largest : worst;
  }

  static Graph graph(const Row& row, bool relu) {
    Graph graph(row.input);
    std::vector<size_t> read{graph.add(std::make_unique<Learned>(row.input, batch), {0})};
    for (const Shape& shape : row.more)
      read.push_back(graph.add(std::make_unique<Learned>(shape, batch), {0}));
    graph.add(make_layer(row.kind, row.options), read);
    if (relu) graph.append(std::make_unique<Relu>());
    return graph;
  }

  void set(size_t index, std::vector<float> values) {
    device_.backend().upload(values.data(), network_.parameters()[index].value);
    network_.values_changed();
    values_.resize(std::max(values_.size(), index + 1));
    values_[index] = std::move(values);
  }

  Tensor forward() {
    network_.prepare(spec_);  // Learned ignores the input
    return network_.forward();
  }

  double loss() {
    const std::vector<float> output = device_.read(forward());
    return std::inner_product(output.begin(), output.end(), weights_.begin(), 0.0, std::plus<>(),
                              [](float y, float w) { return double{y} * double{w}; });
  }

  double difference(size_t index, size_t element) {
    return (4 * difference(index, element, step / 2) - difference(index, element, step)) / 3;
  }

  double difference(size_t index, size_t element, float h) {
    const std::vector<float> before = values_[index];
    std::vector<float> moved = before;
    moved[element] = before[element] + h;
    const double up = moved[element];
    set(index, moved);
    const double high = loss();
    moved[element] = before[element] - h;
    const double down = moved[element];
    set(index, moved);
    const double low = loss();
    set(index, before);
    return (high - low) / (up - down);
  }

  Device device_;
  Network network_;
  PassSpec spec_;
  std::vector<std::vector<float>> values_;
  std::vector<float> weights_;
};

std::string describe(const Row& row) {
  std::string text = fmt::format("{} {{{}}} of {}", row.kind, options_text(row.options), row.input);
  for (const Shape& shape : row.more) text += fmt::format(", {}", shape);
  return text;
}

void check(const Row& row, bool relu) {
  for (const BackendKind& kind : available_backends()) {
    const auto backend = kind.make(1);
    Check check(*backend, row, relu, Mode::train);
    for (size_t i = 0; i < check.parameters(); ++i) {
      if (!check.trainable(i)) continue;
      INFO(describe(row) << " on " << kind.name << ": gradient of " << check.name(i));
      CHECK(check.error(i) <= tolerance);
    }
  }
}

TEST_CASE("gradient check: every kind of layer has a row") {
  std::set<std::string_view> checked;
  for (const Row& row : rows()) checked.insert(row.kind);
  std::set<std::string_view> registered;
  for (const LayerKind& kind : layer_kinds()) registered.insert(kind.kind);
  CHECK(checked == registered);
}

TEST_CASE("gradient check: gradients of parameters and inputs agree with finite differences") {
  for (const Row& row : rows()) check(row, /*relu=*/false);
}

TEST_CASE("gradient check: values have gradients in evaluation, too") {
  for (const Row& row : rows()) {
    for (const BackendKind& kind : available_backends()) {
      const auto backend = kind.make(1);
      Check check(*backend, row, /*relu=*/false, Mode::eval);
      for (size_t i = 0; i < check.input_count(); ++i) {
        INFO(describe(row) << " on " << kind.name << ": gradient of input " << i);
        CHECK(check.input_error(i) <= tolerance);
      }
    }
  }
}

TEST_CASE("gradient check: also if a relu is folded into the layer") {
  size_t folded = 0;
  for (const Row& row : rows()) {
    if (!make_layer(row.kind, row.options)->can_fuse_activation()) continue;
    check(row, /*relu=*/true);
    ++folded;
  }
  CHECK(folded > 0);
}

}  // namespace
}  // namespace convlab
