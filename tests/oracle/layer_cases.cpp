#include "layer_cases.h"

#include <algorithm>

#include "core/error.h"

namespace convlab {

namespace {

using Values = std::vector<OptionValue>;

Values integers(std::initializer_list<int64_t> values) { return {values.begin(), values.end()}; }
Values numbers(std::initializer_list<double> values) { return {values.begin(), values.end()}; }
Values texts(std::initializer_list<std::string> values) { return {values.begin(), values.end()}; }
Values flags() { return {false, true}; }

const Values filters = integers({1, 4, 6, 17, 36});
const Values kernels = integers({1, 2, 3, 5});
const Values strides = integers({1, 2, 3});
const Values dilations = integers({1, 1, 2, 3});
const Values paddings = texts({"valid", "same"});
const Values window_paddings = texts({"valid", "same", "explicit", "explicit"});
const Values multipliers = integers({1, 2, 3});
const Values epsilons = numbers({1e-3, 1e-5, 0.5});
const Options some_filters{{"filters", int64_t{64}}};

constexpr float beyond_kinks = 8;  // covers all linear pieces of relu6 and hard_swish

/// The window options of convolutions, and `more`.
std::vector<std::pair<std::string, Values>> with_window(
    std::vector<std::pair<std::string, Values>> more) {
  more.insert(more.end(), {{"kernel", kernels},
                           {"kernel_width", integers({0, 0, 1, 4})},
                           {"stride", strides},
                           {"stride_width", integers({0, 0, 1, 3})},
                           {"dilation", dilations},
                           {"padding", window_paddings},
                           {"pad_top", integers({0, 1, 4})},
                           {"pad_bottom", integers({0, 1, 2})},
                           {"pad_left", integers({0, 1, 3})},
                           {"pad_right", integers({0, 1, 5})},
                           {"bias", flags()}});
  return more;
}

std::vector<LayerDraw> make_draws() {
  const std::vector<std::pair<std::string, Values>> pool{
      {"window", integers({2, 3, 5})},     {"window_width", integers({0, 0, 2, 4})},
      {"stride", integers({0, 1, 2, 3})},  {"stride_width", integers({0, 0, 1, 3})},
      {"padding", window_paddings},        {"pad_top", integers({0, 1, 1})},
      {"pad_bottom", integers({0, 1, 1})}, {"pad_left", integers({0, 1, 1})},
      {"pad_right", integers({0, 1, 1})},  {"ceil_mode", flags()}};
  const std::vector<std::pair<std::string, Values>> rate{{"rate", numbers({0.0, 0.25, 0.5, 0.9})}};
  const std::vector<std::pair<std::string, Values>> normalization{
      {"epsilon", epsilons}, {"center", flags()}, {"scale", flags()}};
  auto batch_norm = normalization;
  batch_norm.emplace_back("momentum", numbers({0.99, 0.5, 0.0}));
  auto group_norm = normalization;
  group_norm.emplace_back("groups", integers({1, 2, 3, 4, 32}));
  return {
      {"add", Inputs::equal},
      {"avg_pool2d", Inputs::image, 12, {}, pool},
      {"batch_norm", Inputs::any, 5, {}, batch_norm},
      {"concat", Inputs::columns},
      {"conv2d", Inputs::image, 14, some_filters,
       with_window({{"filters", filters}, {"groups", integers({1, 1, 2, 3})}})},
      {"conv_transpose2d",
       Inputs::image,
       6,
       some_filters,
       {{"filters", filters},
        {"kernel", kernels},
        {"stride", strides},
        {"padding", paddings},
        {"bias", flags()}}},
      {"dense",
       Inputs::vector,
       5,
       {{"units", int64_t{64}}},
       {{"units", integers({1, 7, 33, 65})}, {"bias", flags()}}},
      {"depthwise_conv2d", Inputs::image, 10, {}, with_window({{"depth_multiplier", multipliers}})},
      {"dropout", Inputs::any, 4, {}, rate},
      {"elu", Inputs::any, 3, {}, {{"alpha", numbers({1.0, 0.5, 2.0})}}, beyond_kinks},
      {"flatten", Inputs::any},
      {"gelu", Inputs::any, 3, {}, {}, beyond_kinks},
      {"global_avg_pool2d", Inputs::image},
      {"global_max_pool2d", Inputs::image},
      {"group_norm", Inputs::any, 8, {}, group_norm},
      {"hard_swish", Inputs::any, 3, {}, {}, beyond_kinks},
      {"layer_norm", Inputs::any, 5, {}, normalization},
      {"leaky_relu", Inputs::any, 4, {}, {{"slope", numbers({0.3, 0.01, 0.0})}}, beyond_kinks},
      {"local_response_norm",
       Inputs::image,
       5,
       {},
       {{"size", integers({5, 1, 4, 3})},
        {"bias", numbers({2.0, 1.0})},
        {"alpha", numbers({1e-4, 0.5})},
        {"beta", numbers({0.75, 1.0})}}},
      {"max_pool2d", Inputs::image, 12, {}, pool},
      {"multiply", Inputs::gate, 4},
      {"relu", Inputs::any, 3, {}, {}, beyond_kinks},
      {"relu6", Inputs::any, 3, {}, {}, beyond_kinks},
      {"rescale",
       Inputs::any,
       4,
       {},
       {{"scale", numbers({1.0, -2.5})}, {"offset", numbers({0.0, 0.5})}}},
      {"reshape",
       Inputs::image,
       3,
       {{"shape", std::string("-1")}},
       {{"shape", texts({"-1", "4, -1", "1, -1, 3"})}}},
      {"separable_conv2d", Inputs::image, 9, some_filters,
       with_window({{"filters", filters}, {"depth_multiplier", multipliers}})},
      {"sigmoid", Inputs::any, 3, {}, {}, beyond_kinks},
      {"silu", Inputs::any, 3, {}, {}, beyond_kinks},
      {"softmax", Inputs::any, 3, {}, {}, beyond_kinks},
      {"spatial_dropout", Inputs::image, 4, {}, rate},
      {"tanh", Inputs::any, 3, {}, {}, 4},
      {"up_sample2d",
       Inputs::image,
       4,
       {},
       {{"size", integers({2, 1, 3})}, {"interpolation", texts({"nearest", "bilinear"})}}},
      {"zero_pad2d",
       Inputs::image,
       4,
       {},
       {{"top", integers({1, 0, 3})},
        {"bottom", integers({1, 0, 2})},
        {"left", integers({1, 0, 3})},
        {"right", integers({1, 0, 2})}}},
  };
}

template <class T>
const T& pick(Random& random, const std::vector<T>& values) {
  return values[random.below(static_cast<uint32_t>(values.size()))];
}

// Includes 1, odd numbers, and more channels than the kernels process at once.
int64_t draw_channels(Random& random) {
  return pick(random, std::vector<int64_t>{1, 2, 3, 4, 6, 8, 17, 33, 64});
}

Shape draw_image(Random& random) {
  const std::vector<int64_t> sides{1, 2, 3, 4, 5, 7, 9, 12};
  const int64_t height = pick(random, sides);
  const int64_t width = pick(random, sides);
  return {height, width, draw_channels(random)};
}

Shape draw_shape(Random& random, bool image) {
  if (image) return draw_image(random);
  return {pick(random, std::vector<int64_t>{1, 2, 7, 16, 33, 64, 130})};
}

Shape with_last(const Shape& shape, int64_t last) {
  if (shape.rank() == 1) return {last};
  return {shape[0], shape[1], last};
}

std::vector<Shape> draw_inputs(Random& random, Inputs inputs) {
  const bool either = random.below(2) == 0;
  const Shape first =
      draw_shape(random, inputs != Inputs::vector && (inputs == Inputs::image || either));
  std::vector<Shape> all{first};
  const uint32_t more = 1 + random.below(2);
  if (inputs == Inputs::gate) {
    const bool by_channel = first.rank() == 3 && more == 1;
    all.push_back(by_channel ? Shape{1, 1, first[2]} : first);
  }
  for (uint32_t i = 0; i < more; ++i) {
    if (inputs == Inputs::equal) all.push_back(first);
    if (inputs == Inputs::columns) all.push_back(with_last(first, draw_channels(random)));
  }
  return all;
}

Options draw_options(const LayerDraw& draw, Random& random) {
  Options options;
  bool explicit_padding = false;
  for (const auto& [name, values] : draw.more) {
    options.emplace_back(name, pick(random, values));
    OptionValue& value = options.back().second;
    if (name == "padding") explicit_padding = value == OptionValue("explicit");
    if (name.starts_with("pad_") && !explicit_padding) value = int64_t{0};
  }
  return options;
}

bool accepts(const LayerCase& drawn) {
  try {
    make_layer(drawn.kind, drawn.options)->output_shape(drawn.inputs);
    return true;
  } catch (const Error&) {
    return false;
  }
}

constexpr int attempts = 1000;

[[noreturn]] void give_up(const LayerDraw& draw) {
  fail("[oracle] no random options and shapes suit a {}; add some to its draw", draw.kind);
}

LayerCase draw_case(const LayerDraw& draw, Random& random) {
  for (int i = 0; i < attempts; ++i) {
    LayerCase drawn{.kind = draw.kind,
                    .options = draw_options(draw, random),
                    .inputs = draw_inputs(random, draw.inputs),
                    .batch = pick(random, std::vector<int64_t>{1, 2, 3, 6}),
                    .scale = draw.scale};
    if (accepts(drawn)) return drawn;
  }
  give_up(draw);
}

uint64_t stream_of(std::string_view kind) {
  uint64_t stream = 0;
  for (const char c : kind) stream = stream * 131 + static_cast<uint8_t>(c);
  return stream;
}

}  // namespace

const std::vector<LayerDraw>& layer_draws() {
  static const std::vector<LayerDraw> draws = make_draws();
  for (const LayerKind& kind : layer_kinds()) {
    const bool drawn = std::any_of(draws.begin(), draws.end(), [&kind](const LayerDraw& draw) {
      return draw.kind == kind.kind;
    });
    if (!drawn) fail("[oracle] layer {} is not compared; add it to layer_cases.cpp", kind.kind);
  }
  return draws;
}

std::vector<LayerCase> draw_cases(const LayerDraw& draw) {
  Random random(2, stream_of(draw.kind));
  std::vector<LayerCase> cases;
  for (size_t i = 0; i < draw.cases; ++i) {
    cases.push_back(draw_case(draw, random));
    LayerCase& last = cases.back();
    last.relu = i % 2 == 1 && make_layer(last.kind, last.options)->can_fuse_activation();
  }
  return cases;
}

std::unique_ptr<Layer> draw_layer(const LayerDraw& draw, const Shape& input, Random& random) {
  for (int i = 0; i < attempts; ++i) {
    const LayerCase drawn{draw.kind, draw_options(draw, random), {input}};
    if (accepts(drawn)) return make_layer(drawn.kind, drawn.options);
  }
  give_up(draw);
}

}  // namespace convlab
