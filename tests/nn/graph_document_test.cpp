#include "nn/graph_document.h"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "core/error.h"
#include "nn/activations.h"
#include "nn/merge.h"
#include "seconds.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Texts = std::vector<std::string>;
using Names = std::vector<std::string>;

LayerDocument conv(int64_t filters, std::string name = "") {
  return {.kind = "conv2d", .name = std::move(name), .options = {{"filters", filters}}};
}
LayerDocument relu(std::string name = "") { return {.kind = "relu", .name = std::move(name)}; }

GraphDocument with(std::vector<LayerDocument> layers, const Shape& input = {8, 8, 1}) {
  return {.input = input, .normalization = {}, .layers = std::move(layers)};
}

/// "2 options/filters": the layer, counted from 0, and the path; "-" without a layer.
Texts places(const CheckedDocument& checked) {
  Texts texts;
  for (const Problem& problem : checked.problems) {
    std::string path;
    for (const std::string& step : problem.path) path += (path.empty() ? " " : "/") + step;
    texts.push_back((problem.layer ? std::to_string(*problem.layer) : "-") + path);
  }
  return texts;
}

/// Checks that the document has this one problem, at this place (see `places`).
void check_problem(const GraphDocument& document, const std::string& place,
                   const std::string& text) {
  const CheckedDocument checked = check(document);
  CHECK(places(checked) == Texts{place});
  CHECK_THAT(checked.problems.at(0).text(), ContainsSubstring(text));
  CHECK_FALSE(checked.graph);
  CHECK_THROWS_MATCHES(build(document), Error,
                       Catch::Matchers::Message(checked.problems.at(0).text()));
}

TEST_CASE("graph document: a valid one has names, shapes and a graph") {
  GraphDocument document = with({conv(3), relu("end"), {.kind = "concat"}});
  document.layers[1].frozen = true;
  document.layers[0].learning_rate_factor = 0.1;
  document.layers[2].inputs = Names{"end", "conv2d_1"};
  const CheckedDocument checked = check(document);
  CHECK(checked.problems.empty());
  CHECK(checked.names == Names{"conv2d_1", "end", "concat_1"});
  CHECK(checked.shapes == std::vector<std::optional<Shape>>{Shape{8, 8, 1}, Shape{6, 6, 3},
                                                            Shape{6, 6, 3}, Shape{6, 6, 6}});
  REQUIRE(checked.graph);
  CHECK(checked.graph->nodes()[2].inputs == std::vector<size_t>{2, 1});
  CHECK(checked.graph->nodes()[1].frozen);
  CHECK_FALSE(checked.graph->nodes()[0].frozen);
  CHECK(checked.graph->nodes()[0].learning_rate_factor == 0.1);
  CHECK(document_of(*checked.graph).layers[0].learning_rate_factor == 0.1);
  CHECK(checked.graph->subgraph(0, 1).nodes()[0].learning_rate_factor == 0.1);
  CHECK(document_of(build(document)).layers[2] ==
        LayerDocument{.kind = "concat", .name = "concat_1", .inputs = Names{"end", "conv2d_1"}});
}

TEST_CASE("graph document: problems of the document as a whole") {
  check_problem(with({relu()}, {8, 0, 1}), "- input", "the input shape (8, 0, 1) is empty");
  check_problem(with({relu()}, {}), "- input", "the input shape () is empty");
  check_problem(with({}), "- layers", "the layers must be a list of 1 to 10000");
  GraphDocument document = with({relu()}, {8, 8, 3});
  document.normalization.offset = {0, 0};
  check_problem(document, "- normalization/offset", "the offset has 2 numbers; expected 1, or 3");
  document.normalization.scale = {0};
  CHECK(places(check(document)) == Texts{"- normalization/scale", "- normalization/offset"});
}

TEST_CASE("graph document: problems of names") {
  const std::string used = "the name is already used";
  check_problem(with({relu("a"), relu("a")}), "1 name", "layer 2 \"a\": " + used);
  check_problem(with({relu(), relu("relu_1")}), "1 name", used);
  check_problem(with({relu("input")}), "0 name", used);
  check_problem(with({relu(std::string(201, 'a'))}), "0 name",
                "layer 1: its name must have 1 to 200 bytes");
  check_problem(with({relu("a\nb")}), "0 name",
                R"(layer 1 "a\nb": its name must not have control characters)");
  check_problem(with({relu("a\xC2\x9B")}), "0 name", "control characters");
  check_problem(with({relu("a\xFF")}), "0 name", R"(layer 1 "a\ufffd": its name must be UTF-8)");
  check_problem(with({relu("a\xC2")}), "0 name", "must be UTF-8");
  CHECK(check(with({relu("größe 猫 😀")})).problems.empty());
}

TEST_CASE("graph document: problems of kinds and options") {
  check_problem(with({relu(), {.kind = "rleu"}}), "1 kind",
                "layer 2: there is no layer \"rleu\" (did you mean 'relu'?); known are: add, ");
  check_problem(with({{.kind = ""}}), "0 kind", "there is no layer \"\"");
  check_problem(with({conv(0)}), "0 options/filters",
                "layer 1: [conv2d] option filters is 0 but must lie in 1 to 65536");
  check_problem(with({{.kind = "conv2d"}}), "0 options/filters", "filters is missing");
  check_problem(with({{.kind = "max_pool2d", .options = {{"pad_top", int64_t{1}}}}}),
                "0 options/pad_top",
                "option pad_top is 1 but must be 0 unless padding is explicit");
  check_problem(with({{.kind = "reshape", .options = {{"shape", std::string("2.5")}}}}),
                "0 options/shape", "whole numbers");
  GraphDocument document = with({conv(2)});
  Options& options = document.layers[0].options;
  options.emplace_back("filters", int64_t{3});
  check_problem(document, "0 options/filters", "option \"filters\" is given twice");
  options[1] = {"\x1b[2J", true};
  check_problem(document, "0 options/\x1b[2J", R"(it has no option "\u001b[2J")");
  options[1] = {"depth", true};
  check_problem(document, "0 options/depth", "has no option depth; it has: filters, kernel");
  CHECK(check(document).problems[0].option() == "depth");
}

TEST_CASE("graph document: all options of a layer that are wrong are reported") {
  const GraphDocument document = with({{.kind = "conv2d",
                                        .options = {{"\n", true},
                                                    {"depth", int64_t{3}},
                                                    {"kernel", 2.5},
                                                    {"padding", std::string("Same")}}}});
  CHECK(places(check(document)) == Texts{"0 options/\n", "0 options/filters", "0 options/kernel",
                                         "0 options/padding", "0 options/depth"});
}

TEST_CASE("graph document: problems of inputs") {
  GraphDocument document = with({relu("a"), relu("b"), relu("c")});
  auto& inputs = document.layers[1].inputs.emplace();
  inputs = {"A"};
  check_problem(document, "1 inputs/0",
                "layer 2 \"b\": its input \"A\" is not a layer before it (did you mean 'a'?); "
                "known are: \"input\", \"a\"");
  inputs = {"c"};
  check_problem(document, "1 inputs/0", "but the layer itself or a later one");
  inputs = {};
  check_problem(document, "1", "[relu] expects one input, got 0");
  inputs = {"input"};
  check_problem(document, "0", "layer 1 \"a\": no layer reads its output, and it is not the last");
  document.layers[0].name = "";
  check_problem(document, "0", "layer 1 \"relu_1\": no layer reads its output");
  document.layers[1].kind = "concat";
  inputs.assign(1001, "input");
  check_problem(document, "1 inputs", "it has 1001 inputs; expected at most 1000");
  inputs = {"input", "x", "relu_1", "y"};
  CHECK(places(check(document)) == Texts{"1 inputs/1", "1 inputs/3"});
}

TEST_CASE("graph document: problems of shapes and sizes") {
  check_problem(
      with({relu(), {.kind = "dense", .name = "end", .options = {{"units", int64_t{3}}}}}), "1",
      "layer 2 \"end\": [dense] expects a vector (features), got (8, 8, 1)");
  check_problem(with({conv(2), conv(2), conv(2), conv(2)}), "3",
                "layer 4: conv2d_4: [conv2d] the window covers 3 pixels");
  GraphDocument document = with({conv(65536)}, {258, 258, 1});
  check_problem(document, "0", "conv2d_1: [graph] (256, 256, 65536) has 4294967296 elements");
  document.input = {256, 256, 4096};
  document.layers = {conv(4096)};
  document.layers[0].options.emplace_back("kernel", int64_t{255});
  document.layers[0].options.emplace_back("padding", std::string("same"));
  check_problem(document, "0", "needs more than 281474976710656 FLOPs");
  // 2^40 parameters and more; once, not for each of the following layers, too.
  const LayerDocument dense{.kind = "dense", .options = {{"units", int64_t{1} << 20}}};
  check_problem(with({dense, dense, dense, dense}, {1 << 20}), "0",
                "layer 1: the network has more than 1099511627776 parameters up to here");
}

TEST_CASE("graph document: learning rate factors out of range") {
  for (const double factor : {0.0, -1.0, 1001.0, std::nan("")}) {
    CAPTURE(factor);
    GraphDocument document = with({relu("a"), relu("b")});
    document.layers[1].learning_rate_factor = factor;
    check_problem(document, "1 learning_rate_factor", "the learning rate factor is");
  }
}

TEST_CASE("graph document: a problem does not hide others in later layers") {
  GraphDocument document = with({conv(4), {.kind = "rleu"}, conv(0), relu(), {.kind = "relux"}});
  document.input = {8, 0, 1};
  document.layers[3].options = {{"x", true}};
  const CheckedDocument checked = check(document);
  CHECK(places(checked) ==
        Texts{"- input", "1 kind", "2 options/filters", "3 options/x", "4 kind"});
  CHECK(checked.names == Names{"conv2d_1", "", "conv2d_2", "relu_1", ""});
  CHECK(checked.shapes == std::vector<std::optional<Shape>>(6));
}

TEST_CASE("graph document: what follows from a problem is not reported") {
  const LayerDocument dense{.kind = "dense", .options = {{"units", int64_t{3}}}};
  // The shape after conv2d is unknown, so that nothing is wrong with dense. The branch is known.
  GraphDocument document = with({conv(0), dense, relu(), {.kind = "concat"}});
  document.layers[2].inputs = Names{"input"};
  document.layers[3].inputs = Names{"relu_1", "dense_1"};
  const CheckedDocument checked = check(document);
  CHECK(places(checked) == Texts{"0 options/filters"});
  CHECK(checked.shapes[3] == Shape{8, 8, 1});
  CHECK_FALSE(checked.shapes[4]);
  // The name of an unnamed layer of an unknown kind, and those that are numbered after it.
  document = with({{.kind = "rleu"}, relu(), dense});
  document.layers[1].inputs = Names{"relu_1"};
  document.layers[2].inputs = Names{"relu_2"};
  CHECK(places(check(document)) == Texts{"0 kind"});
  document.layers[2].inputs = Names{"relu_1"};
  CHECK(places(check(document)) == Texts{"0 kind"});
  // Which of two layers of one name is meant; the first is then not read.
  document = with({relu("a"), {.kind = "flatten", .name = "a"}, dense, {.kind = "concat"}});
  document.layers[1].inputs = Names{"input"};
  document.layers[2].inputs = Names{"a"};
  document.layers[3].inputs = Names{"dense_1", "a"};
  CHECK(places(check(document)) == Texts{"1 name"});
  // The layer that a misspelt input meant is not read.
  document = with({relu("a"), relu("b")});
  document.layers[1].inputs = Names{"aa"};
  CHECK(places(check(document)) == Texts{"1 inputs/0"});
}

TEST_CASE("graph document: problems that were found before are reported in the order of layers") {
  const GraphDocument document = with({relu(), {.kind = ""}, conv(0), relu("b")}, {});
  const std::vector<Problem> found{{3, {"frozen"}, "", "is 1"},
                                   {1, {"kind"}, "", "lacks a kind"},
                                   {std::nullopt, {"input"}, "", "is missing"}};
  const CheckedDocument checked = check(document, found);
  CHECK(places(checked) == Texts{"- input", "1 kind", "2 options/filters", "3 frozen"});
  CHECK(checked.problems[0].text() == "is missing");
  CHECK(checked.problems[3].text() == "layer 4 \"b\": is 1");
}

TEST_CASE("graph document: a history of copies, each equal only to itself") {
  GraphDocument document = with({conv(4), relu()});
  std::vector<GraphDocument> history{document};
  const auto edit = [&](auto change) {
    change(document);
    history.push_back(document);
  };
  edit([](GraphDocument& d) { d.layers[0].options[0].second = int64_t{5}; });
  edit([](GraphDocument& d) { d.layers[1].inputs = Names{"conv2d_1"}; });
  edit([](GraphDocument& d) { d.layers[1].inputs->clear(); });
  edit([](GraphDocument& d) { d.layers[1].name = "end"; });
  edit([](GraphDocument& d) { d.layers[1].frozen = true; });
  edit([](GraphDocument& d) { d.layers[0].learning_rate_factor = 0.1; });
  edit([](GraphDocument& d) { d.normalization.scale = {1}; });
  edit([](GraphDocument& d) { d.input = {9, 9, 1}; });
  edit([](GraphDocument& d) { d.layers.pop_back(); });
  for (size_t i = 0; i < history.size(); ++i) {
    for (size_t j = 0; j < history.size(); ++j) CHECK((history[i] == history[j]) == (i == j));
  }
  document = history[0];  // undo
  CHECK(document.layers == std::vector<LayerDocument>{conv(4), relu()});
}

TEST_CASE("graph document: a layer called input is not a document") {
  Graph graph({8});
  graph.append(std::make_unique<Relu>(), "input");
  CHECK_THROWS_AS(document_of(graph), Error);
}

TEST_CASE("graph document: the number of problems is limited") {
  std::vector<LayerDocument> layers(10'000, {.kind = "rleu"});
  const CheckedDocument checked = check(with(layers));
  CHECK(checked.problems.size() == max_problems);
  CHECK(checked.names.size() == layers.size());
  CHECK(checked.shapes.size() == layers.size() + 1);
  layers.resize(100'000);
  check_problem(with(layers), "- layers", "the layers must be a list of 1 to 10000");
}

TEST_CASE("graph document: 10,000 layers with branches are checked in much less than a second") {
  // Every layer reads the preceding one and one far before it.
  constexpr size_t count = 10'000;
  std::vector<LayerDocument> layers{relu()};
  while (layers.size() < count) {
    const size_t far = layers.size() / 2;
    layers.push_back({.kind = "add"});
    layers.back().inputs =
        Names{far == 0 ? "relu_1" : fmt::format("add_{}", far),
              layers.size() == 2 ? "input" : fmt::format("add_{}", layers.size() - 2)};
  }
  const GraphDocument document = with(std::move(layers));
  CheckedDocument checked;
  const double seconds = seconds_of([&] { checked = check(document); });
  CHECK(places(checked).empty());
  REQUIRE(checked.graph);
  CHECK(checked.graph->nodes().size() == count);
  CHECK(seconds < 2);  // about 0.05 s; a comparison with each other layer takes over 5 s
}

}  // namespace
}  // namespace convlab
