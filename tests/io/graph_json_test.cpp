#include "io/graph_json.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/merge.h"
#include "nn/registry.h"
#include "oracle/layer_cases.h"
#include "zoo/zoo.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;

namespace {

void check_same(const Graph& a, const Graph& b) {
  CHECK(a.input_shape() == b.input_shape());
  REQUIRE(a.nodes().size() == b.nodes().size());
  for (size_t i = 0; i < a.nodes().size(); ++i) {
    const Node& left = a.nodes()[i];
    const Node& right = b.nodes()[i];
    CHECK(left.name == right.name);
    CHECK(left.layer->kind() == right.layer->kind());
    CHECK(left.layer->options() == right.layer->options());
    CHECK(left.inputs == right.inputs);
    CHECK(left.output_shape == right.output_shape);
  }
}

void check_refused(const std::string& text, const std::string& message) {
  INFO(text);
  CHECK_THROWS_MATCHES(parse_graph_json(text, "some.file"), Error,
                       Catch::Matchers::MessageMatches(ContainsSubstring("some.file") &&
                                                       ContainsSubstring(message)));
}

std::string with_layers(const std::string& layers) {
  return R"({"version":1,"input":[8,8,1],"layers":[)" + layers + "]}";
}

std::string layer(const std::string& name, const std::string& kind, const std::string& inputs,
                  const std::string& options) {
  return R"({"name":")" + name + R"(","kind":")" + kind + R"(","inputs":)" + inputs +
         R"(,"options":)" + options + "}";
}

}  // namespace

TEST_CASE("graph JSON: every model of the zoo is read back unchanged") {
  for (const Model& model : models()) {
    INFO(model.name);
    const Graph graph = model.build(model.image(), model.default_classes);
    check_same(parse_graph_json(graph_json(graph), "test"), graph);
    check_same(parse_graph_json(readable_graph_json(document_of(graph)), "test"), graph);
  }
}

TEST_CASE("graph JSON: document, JSON and graph of every model of the zoo are the same") {
  for (const Model& model : models()) {
    INFO(model.name);
    const Graph graph = model.build(model.image(), model.default_classes);
    const GraphDocument document = document_of(graph);
    check_same(build(document), graph);
    CHECK(document_of(build(document)) == document);
    CHECK(read_graph_json(graph_json(document)).document == document);
    const GraphDocument readable = read_graph_json(readable_graph_json(document)).document;
    CHECK(document_of(build(readable)) == document);
    CHECK(readable_graph_json(readable) == readable_graph_json(document));
  }
}

TEST_CASE("graph JSON: document, JSON and graph of every kind of layer are the same") {
  for (const LayerDraw& draw : layer_draws()) {
    for (const LayerCase& drawn : draw_cases(draw)) {
      INFO(drawn.kind);
      GraphDocument document{
          .input = drawn.inputs[0],
          .normalization = {},
          .layers = {{.kind = std::string(drawn.kind), .options = drawn.options}}};
      if (drawn.inputs.size() > 1)
        document.layers[0].inputs = std::vector<std::string>{"input", "input"};
      CHECK(read_graph_json(graph_json(document)).document == document);
      CHECK(read_graph_json(readable_graph_json(document)).document == document);
      const Graph graph = build(document);
      CHECK(graph.nodes()[0].layer->options() == make_layer(drawn.kind, drawn.options)->options());
      const GraphDocument complete = document_of(graph);
      CHECK(read_graph_json(graph_json(complete)).document == complete);
      check_same(build(complete), graph);
    }
  }
}

TEST_CASE("graph JSON: names and branches are read back unchanged") {
  Graph graph({8, 8, 3});
  const size_t a = graph.add(
      std::make_unique<Conv2d>(Conv2dOptions{.filters = 2, .padding = Padding::same}), {0}, "left");
  const size_t b = graph.add(std::make_unique<Conv2d>(Conv2dOptions{
                                 .filters = 2, .padding = Padding::same, .bias = false}),
                             {0}, "right");
  graph.add(std::make_unique<Add>(), {b, a}, "end");
  check_same(parse_graph_json(graph_json(graph), "test"), graph);
}

TEST_CASE("graph JSON: frozen layers and learning rate factors are read back") {
  Graph graph({8, 8, 3});
  graph.append(std::make_unique<Conv2d>(Conv2dOptions{.filters = 2}));
  graph.append(std::make_unique<Conv2d>(Conv2dOptions{.filters = 2}));
  graph.set_frozen(0, true);
  graph.set_learning_rate_factor(1, 0.1);
  for (const std::string& text : {graph_json(graph), readable_graph_json(document_of(graph))}) {
    const Graph copy = parse_graph_json(text, "test");
    check_same(copy, graph);
    CHECK(copy.nodes()[0].frozen);
    CHECK_FALSE(copy.nodes()[1].frozen);
    CHECK(copy.nodes()[0].learning_rate_factor == 1);
    CHECK(copy.nodes()[1].learning_rate_factor == 0.1);
  }
}

TEST_CASE("graph JSON: the input normalization is read back, bit for bit") {
  Graph graph({8, 8, 3});
  graph.append(std::make_unique<Relu>());
  // The means and deviations of ImageNet, which no decimal number of a few digits equals.
  const InputNormalization imagenet{
      .scale = {1 / (255 * 0.229F), 1 / (255 * 0.224F), 1 / (255 * 0.225F)},
      .offset = {-0.485F / 0.229F, -0.456F / 0.224F, -0.406F / 0.225F}};
  for (const InputNormalization& normalization :
       {imagenet, {.scale = {1 / 127.5F}, .offset = {-1}}, InputNormalization{.offset = {-0.5F}}}) {
    graph.set_normalization(normalization);
    for (const std::string& text : {graph_json(graph), readable_graph_json(document_of(graph))}) {
      INFO(text);
      const Graph copy = parse_graph_json(text, "test");
      check_same(copy, graph);
      CHECK(copy.normalization() == normalization);
    }
  }
}

TEST_CASE("graph JSON: the default normalization is not written, so old documents are equal") {
  Graph graph({8, 8, 1});
  graph.append(std::make_unique<Relu>());
  const std::string before =
      R"({"version":1,"input":[8,8,1],"layers":[{"name":"relu_1","kind":"relu",)"
      R"("inputs":["input"],"options":{}}]})";
  CHECK(graph_json(graph) == before);
  CHECK(readable_graph_json(document_of(graph)).find("normalization") == std::string::npos);
  CHECK(parse_graph_json(before, "test").normalization() == InputNormalization{});
  graph.set_normalization({.scale = {0.5F}});
  CHECK(graph_json(graph).find(R"("normalization":{"scale":[0.5],"offset":[0.0]},"layers")") !=
        std::string::npos);
}

TEST_CASE("graph JSON: a layer called input cannot be written") {
  Graph graph({8, 8, 3});
  graph.append(std::make_unique<Relu>(), "input");
  CHECK_THROWS_AS(graph_json(graph), Error);
}

TEST_CASE("graph JSON: errors name the layer") {
  const std::string relu = layer("a", "relu", R"(["input"])", "{}");
  check_refused(
      with_layers(layer("a", "conv3d", R"(["input"])", "{}")),
      "layer 1 \"a\": there is no layer \"conv3d\" (did you mean 'conv2d'?); known are: add, ");
  check_refused(with_layers(relu + "," + layer("b", "relu", R"(["c"])", "{}")),
                "layer 2 \"b\": its input \"c\" is not a layer before it");
  check_refused(with_layers(relu + "," + layer("b", "relu", R"(["b"])", "{}")),
                "is not a layer before it");
  check_refused(with_layers(relu + "," + relu), "layer 2 \"a\": the name is already used");
  check_refused(with_layers(layer("input", "relu", R"(["input"])", "{}")),
                "the name is already used");
  check_refused(with_layers(layer("", "relu", R"(["input"])", "{}")), "1 to 200 bytes");
  check_refused(with_layers(layer("a", "relu", "[0]", "{}")), "list of names");
  check_refused(with_layers(layer("a", "relu", R"("input")", "{}")), "list of names");
  check_refused(with_layers(layer("a", "relu", "[]", "{}")), "expects one input, got 0");
  check_refused(with_layers(layer("a", "dense", R"(["input"])", R"({"units":3})")),
                "layer 1 \"a\"");
  check_refused(with_layers(layer("a", "conv2d", R"(["input"])", R"({"filters":0})")), "filters");
  check_refused(with_layers(layer("a", "conv2d", R"(["input"])", R"({"filters":2.5})")),
                "whole number");
  check_refused(
      with_layers(layer("a", "conv2d", R"(["input"])", R"({"filters":99999999999999999999})")),
      "filters");
  check_refused(with_layers(layer("a", "conv2d", R"(["input"])", R"({"filters":2,"depth":3})")),
                "no option depth");
  check_refused(with_layers(layer("a", "conv2d", R"(["input"])", R"({"filters":2,"kernel":99})")),
                "layer 1 \"a\"");
  check_refused(with_layers(layer("a", "relu", R"(["input"])", "[]")), "options must be an object");
  check_refused(with_layers(layer("a", "relu", R"(["input"])", R"({"x":null})")),
                "true, false, a number or a string");
  check_refused(with_layers("7"), "layer 1: it must be an object");
}

TEST_CASE("graph JSON: other versions and empty graphs are refused") {
  check_refused("", "not JSON");
  check_refused("[]", "must be an object");
  check_refused(R"({"version":2,"input":[1],"layers":[]})", "has version 2");
  check_refused(R"({"version":1,"input":[],"layers":[]})", "empty");
  check_refused(R"({"version":1,"input":[0],"layers":[]})", "empty");
  check_refused(R"({"version":1,"input":[8],"layers":[]})", "1 to 10000");
  check_refused(R"({"version":1,"input":[8],"layers":{}})", "1 to 10000");
}

}  // namespace convlab
