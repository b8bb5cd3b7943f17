// What every registered layer does with inputs of any rank and number: works, or says what it got
// and what it expects.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <map>
#include <set>

#include "nn/network.h"
#include "nn/parameter_plan.h"
#include "nn/registry.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

enum class Takes : uint8_t { vector, image, any };

struct Row {
  Takes takes = Takes::any;
  size_t min_inputs = 1;
  size_t max_inputs = 1;
  Options options = {};
};

const std::map<std::string_view, Row>& rows() {
  const Options filters{{"filters", int64_t{4}}};
  static const std::map<std::string_view, Row> table{
      {"add", {Takes::any, 2, 9}},
      {"avg_pool2d", {Takes::image}},
      {"batch_norm", {}},
      {"concat", {Takes::any, 2, 9}},
      {"conv2d", {Takes::image, 1, 1, filters}},
      {"conv_transpose2d", {Takes::image, 1, 1, filters}},
      {"dense", {Takes::vector, 1, 1, {{"units", int64_t{3}}}}},
      {"depthwise_conv2d", {Takes::image}},
      {"dropout", {}},
      {"elu", {}},
      {"flatten", {}},
      {"gelu", {}},
      {"global_avg_pool2d", {Takes::image}},
      {"global_max_pool2d", {Takes::image}},
      {"group_norm", {Takes::any, 1, 1, {{"groups", int64_t{2}}}}},
      {"hard_swish", {}},
      {"layer_norm", {}},
      {"leaky_relu", {}},
      {"local_response_norm", {Takes::image}},
      {"max_pool2d", {Takes::image}},
      {"multiply", {Takes::any, 2, 2}},
      {"relu", {}},
      {"relu6", {}},
      {"rescale", {}},
      {"reshape", {Takes::any, 1, 1, {{"shape", std::string("-1, 2")}}}},
      {"separable_conv2d", {Takes::image, 1, 1, filters}},
      {"sigmoid", {}},
      {"silu", {}},
      {"softmax", {}},
      {"spatial_dropout", {Takes::image}},
      {"tanh", {}},
      {"up_sample2d", {Takes::image}},
      {"zero_pad2d", {Takes::image}},
  };
  return table;
}

const std::vector<Shape> samples{{6}, {6, 4}, {8, 7, 4}, {2, 3, 3, 2}, {2, 2, 3, 2, 4}};

bool takes(const Row& row, const Shape& shape) {
  return row.takes == Takes::any || shape.rank() == (row.takes == Takes::image ? 3 : 1);
}

/// The error of a layer, alone in a graph, on so many inputs; empty if it takes them.
std::string error_of(std::string_view kind, const Options& options,
                     const std::vector<Shape>& inputs) {
  try {
    make_layer(kind, options)->output_shape(inputs);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// A training step on zeros.
void run(std::string_view kind, const Row& row, const Shape& shape) {
  for (const BackendKind& backend_kind : available_backends()) {
    const auto backend = backend_kind.make(1);
    backend->set_step({.learning_rate = 0, .step = 1});
    Graph graph(shape);
    graph.add(make_layer(kind, row.options), std::vector<size_t>(row.min_inputs, 0));
    Network network(std::move(graph), *backend, 1);
    network.prepare(Mode::train, 2);
    network.forward();
    network.backward();
    network.prepare(Mode::eval, 3);
    network.forward();
  }
}

TEST_CASE("shapes: every kind of layer has a row") {
  std::set<std::string_view> listed;
  for (const auto& row : rows()) listed.insert(row.first);
  std::set<std::string_view> registered;
  for (const LayerKind& kind : layer_kinds()) registered.insert(kind.kind);
  CHECK(listed == registered);
}

TEST_CASE("shapes: a layer runs on every rank that it takes and refuses all others") {
  for (const auto& [kind, row] : rows()) {
    for (const Shape& shape : samples) {
      INFO(kind << " on " << shape.str());
      const std::vector<Shape> inputs(row.min_inputs, shape);
      const std::string error = error_of(kind, row.options, inputs);
      if (takes(row, shape)) {
        REQUIRE(error.empty());
        run(kind, row, shape);
      } else {
        CHECK_THAT(error, StartsWith("[" + std::string(kind) + "] expects "));
        CHECK_THAT(error, ContainsSubstring("got " + shape.str()));
      }
    }
  }
}

TEST_CASE("shapes: too many and too few inputs are refused") {
  for (const auto& [kind, row] : rows()) {
    const Shape shape = row.takes == Takes::vector ? Shape{6} : Shape{8, 7, 4};
    for (size_t count = 0; count <= 9; ++count) {
      INFO(kind << " on " << count << " inputs");
      const std::string error = error_of(kind, row.options, std::vector<Shape>(count, shape));
      if (count >= row.min_inputs && count <= row.max_inputs) {
        CHECK(error.empty());
      } else {
        CHECK_THAT(error, StartsWith("[" + std::string(kind) + "] expects "));
        CHECK_THAT(error, ContainsSubstring("got " + std::to_string(count)));
      }
    }
  }
}

TEST_CASE("shapes: layers that merge refuse inputs that do not fit each other") {
  for (const auto& [kind, row] : rows()) {
    if (row.min_inputs < 2) continue;
    for (const Shape& other : {Shape{8, 6, 4}, Shape{7, 7, 4}, Shape{8, 28}, Shape{224}}) {
      INFO(kind << " with " << other.str());
      const std::string error = error_of(kind, row.options, {{8, 7, 4}, other});
      CHECK_THAT(error, StartsWith("[" + std::string(kind) + "] expects "));
      CHECK_THAT(error, ContainsSubstring("(8, 7, 4)") && ContainsSubstring(other.str()));
    }
  }
}

/// The largest value that an option's error allows.
OptionValue max_of(std::string_view kind, const Options& options, const std::string& name) {
  Options changed = options;
  for (auto& option : changed) {
    if (option.first == name) option.second = std::numeric_limits<int64_t>::max();
  }
  try {
    make_layer(kind, changed);
  } catch (const OptionError& error) {
    const std::string message = error.what();
    return int64_t{std::stoll(message.substr(message.rfind(" to ") + 4))};
  }
  FAIL(std::string(kind) + " takes any " + name);
  return false;
}

/// Shapes at the limit of what a graph takes.
const std::vector<Shape> huge{{1 << 30},
                              {1, 1, 1 << 30},
                              {1 << 15, 1 << 15, 1},
                              {1 << 30, 1, 1},
                              {1 << 10, 1 << 10, 1 << 10},
                              {1, 1, 1 << 16},
                              {1, 1, 1}};

TEST_CASE("shapes: options and inputs at their limits overflow nothing (-fsanitize=undefined)") {
  size_t planned = 0;
  size_t refused = 0;
  const auto backend = make_backend("", 1);
  for (const auto& [kind, row] : rows()) {
    Options max = make_layer(kind, row.options)->options();
    for (auto& [name, value] : max) {
      if (std::holds_alternative<int64_t>(value)) value = max_of(kind, max, name);
      if (name == "padding") value = std::string("same");
    }
    for (const Options& options : {max, row.options}) {
      for (const Shape& shape : huge) {
        INFO(kind << " on " << shape.str());
        try {
          Graph graph(shape);
          graph.add(make_layer(kind, options), std::vector<size_t>(row.min_inputs, 0));
          graph.flops();
          const ParameterPlan parameters(graph);
          for (const Mode mode : {Mode::train, Mode::eval}) {
            const PassSpec spec{.mode = mode, .batch = 1 << 17};
            CHECK(NetworkPlan(graph, *backend, spec).memory.bytes > 0);
          }
          ++planned;
        } catch (const Error&) {
          ++refused;  // too large
        }
      }
    }
  }
  CHECK(planned > 50);
  CHECK(refused > 50);
}

TEST_CASE("shapes: a graph refuses samples of six dimensions and of more than 2^30 numbers") {
  CHECK_THROWS_WITH(Graph({1, 1, 1, 1, 1, 1}), ContainsSubstring("at most 5 are supported"));
  CHECK_THROWS_WITH(Graph({(int64_t{1} << 30U) + 1}), ContainsSubstring("at most 1073741824"));
  Graph graph({1 << 15, 1 << 15, 1});
  CHECK_THROWS_WITH(graph.append(make_layer("zero_pad2d", {})),
                    ContainsSubstring("zero_pad2d_1: [graph] (32770, 32770, 1) has 1073872900"));
  CHECK(graph.nodes().empty());
  CHECK_THROWS_WITH(
      Graph({1 << 10, 1 << 10, 1 << 10})
          .append(make_layer("conv2d", {{"filters", int64_t{1024}},
                                        {"kernel", int64_t{255}},
                                        {"padding", std::string("same")}})),
      ContainsSubstring("conv2d_1: [graph] the layer needs more than 281474976710656 FLOPs"));
}

}  // namespace
}  // namespace convlab
