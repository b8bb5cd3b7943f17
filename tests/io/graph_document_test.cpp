#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <string>

#include "core/error.h"
#include "io/graph_json.h"
#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/dropout.h"

/// Documents written by hand, with ordinary mistakes.
namespace convlab {

namespace {

/// `further` are the lines of the message after the first.
void check_refused(const std::string& text, const std::string& message,
                   const std::string& further = "") {
  INFO(text);
  CHECK_THROWS_MATCHES(
      parse_graph_json(text, "my.json"), Error,
      Catch::Matchers::Message("my.json, " + message + (further.empty() ? "" : "\n" + further)));
}

/// Returns a document with these layers, which start in line 4.
std::string with_layers(const std::string& layers) {
  return "{\n  \"input\": [8, 8, 1],\n  \"layers\": [\n" + layers + "\n  ]\n}\n";
}

const std::string known_layers = [] {
  try {
    parse_graph_json(with_layers(R"({"kind": "?"})"), "");
  } catch (const Error& error) {
    const std::string message = error.what();
    return message.substr(message.find("; known are: "));
  }
  return std::string();
}();

}  // namespace

TEST_CASE("graph document: only kinds and required options must be given") {
  const Graph graph = parse_graph_json(with_layers(R"(
    {"kind": "conv2d", "options": {"filters": 3, "padding": "same"}},
    {"kind": "relu", "name": "end"},
    {"kind": "relu", "inputs": ["conv2d_1"]},
    {"kind": "add", "inputs": ["relu_2", "end"]},
    {"kind": "flatten"},
    {"kind": "dense", "options": {"units": 2}}
  )"),
                                       "my.json");
  const auto& nodes = graph.nodes();
  REQUIRE(nodes.size() == 6);
  CHECK(nodes[0].name == "conv2d_1");
  CHECK(nodes[0].inputs == std::vector<size_t>{0});
  CHECK(nodes[0].layer->options() ==
        Conv2d(Conv2dOptions{.filters = 3, .padding = Padding::same}).options());
  CHECK(nodes[1].name == "end");
  CHECK(nodes[1].inputs == std::vector<size_t>{1});
  CHECK(nodes[2].name == "relu_2");
  CHECK(nodes[2].inputs == std::vector<size_t>{1});
  CHECK(nodes[3].inputs == std::vector<size_t>{3, 2});
  CHECK(nodes[5].inputs == std::vector<size_t>{5});
  CHECK(graph.output_shape() == Shape{2});
}

TEST_CASE("graph document: is written with one line per layer") {
  Graph graph({8, 8, 3});
  graph.append(std::make_unique<Relu>());
  graph.add(std::make_unique<Relu>(), {0}, "second");
  graph.append(std::make_unique<Dropout>(DropoutOptions{.rate = 0.25}));
  graph.set_frozen(2, true);
  CHECK(readable_graph_json(document_of(graph)) == R"({
  "version": 1,
  "input": [8, 8, 3],
  "layers": [
    {"name": "relu_1", "kind": "relu"},
    {"name": "second", "kind": "relu", "inputs": ["input"]},
    {"name": "dropout_1", "kind": "dropout", "options": {"rate": 0.25}, "frozen": true}
  ]
}
)");
}

TEST_CASE("graph document: positions are right after strings with brackets and escapes") {
  check_refused(
      R"({"input": [8, 8, 1], "layers": [{"kind": "relu", "name": "}],\"[{"}, {"kind": "\u0063\\\""}]})",
      R"(line 1, column 79: layer 2: there is no layer "c\\\"")" + known_layers);
  check_refused(R"({"input": [8, 8, 1], "l\u0061yers": 7})",
                "line 1, column 37: the layers must be a list of 1 to 10000");
  check_refused("{\"input\": [8, 8, 1],\n \"äöü\\u0041\": 7}",
                "line 2, column 15: the document has no member \"\\u00e4\\u00f6\\u00fcA\"; it has: "
                "version, input, normalization, layers");
  check_refused("\xEF\xBB\xBF{}", "line 1, column 2: the document lacks \"input\"",
                "line 1, column 2: the document lacks \"layers\"");
}

TEST_CASE("graph document: invalid JSON is refused with line, column and what was expected") {
  check_refused("",
                "line 1, column 1: not JSON: attempting to parse an empty input; check that your "
                "input string or stream contains the expected JSON");
  check_refused(
      "\n", "line 2, column 1: not JSON: unexpected end of input; expected '[', '{', or a literal");
  check_refused("{\n  \"input\": [8, 8, 1],\n  layers: []\n}",
                "line 3, column 3: not JSON: invalid literal; last read: '1],<U+000A>  l'; "
                "expected string literal");
  check_refused("{\"input\": [8, 8, 1],}",
                "line 1, column 21: not JSON: unexpected '}'; expected string literal");
  check_refused("{\"input\": [8, 8, 1]\n\"layers\": []}",
                "line 2, column 8: not JSON: unexpected string literal; expected '}'");
  check_refused("{} {}", "line 1, column 4: not JSON: unexpected '{'; expected end of input");
  check_refused("{\n\"input\": [1e999]}",
                "line 2, column 17: not JSON: number overflow parsing '1e999'");
  check_refused("{\n \"input\": [1], \"input\": [2]}",
                "line 2, column 16: \"input\" occurs twice in an object");
  check_refused("{\n\"layers\":" + std::string(100'000, '['),
                "line 2, column 25: nested more than 16 deep");
}

TEST_CASE("graph document: missing or unknown members and wrong types") {
  check_refused("[]", "line 1, column 1: the document must be an object {…}");
  check_refused("\n{}", "line 2, column 1: the document lacks \"input\"",
                "line 2, column 1: the document lacks \"layers\"");
  check_refused(R"({"input": [8]})", "line 1, column 1: the document lacks \"layers\"");
  check_refused("{\"input\": [8],\n\"layer\": []}",
                "line 2, column 10: the document has no member \"layer\" (did you mean 'layers'?); "
                "it has: version, input, normalization, layers");
  check_refused(R"({"version": 2, "input": [8], "layers": []})",
                "line 1, column 13: the document has version 2; this convlab reads version 1");
  check_refused(R"({"version": "1", "input": [8], "layers": []})",
                "line 1, column 13: the document has version \"1\"; this convlab reads version 1");
  check_refused(R"({"input": 8, "layers": []})",
                "line 1, column 11: input: the shape must be a list of whole numbers",
                "line 1, column 24: the layers must be a list of 1 to 10000");
  check_refused(R"({"input": [8, -1], "layers": []})",
                "line 1, column 11: input: a dimension of the shape is not a whole number from 0 "
                "to 2^63 - 1",
                "line 1, column 30: the layers must be a list of 1 to 10000");
  check_refused(R"({"input": [8, 0], "layers": []})",
                "line 1, column 11: [graph] the input shape (8, 0) is empty",
                "line 1, column 29: the layers must be a list of 1 to 10000");
  check_refused(R"({"input": [9999999, 9999999, 9999999], "layers": []})",
                "line 1, column 11: input: [shape] (9999999, 9999999, 9999999) is too large: it "
                "has more than 2^48 elements",
                "line 1, column 50: the layers must be a list of 1 to 10000");
  check_refused("{\"input\": [8],\n\"layers\": []}",
                "line 2, column 11: the layers must be a list of 1 to 10000");
}

TEST_CASE("graph document: an omitted scale is 1/255, an omitted offset 0") {
  const auto with = [](const std::string& normalization) {
    const std::string text = R"({"input": [8, 8, 3], "layers": [{"kind": "relu"}], )";
    return parse_graph_json(text + "\"normalization\": " + normalization + "}", "my.json")
        .normalization();
  };
  CHECK(with("{}") == InputNormalization{});
  CHECK(with(R"({"scale": [0.00392156862745098]})") == InputNormalization{});
  CHECK(with(R"({"scale": [1, 2, -3]})") == InputNormalization{.scale = {1, 2, -3}});
  CHECK(with(R"({"offset": [-0.5]})") == InputNormalization{.offset = {-0.5F}});
}

TEST_CASE("graph document: an invalid normalization is refused with its position") {
  const auto refused = [](const std::string& normalization, const std::string& message) {
    check_refused("{\"input\": [8, 8, 3],\n\"normalization\":\n" + normalization +
                      ",\n\"layers\": [{\"kind\": \"relu\"}]}",
                  message);
  };
  refused("[1, 0]", "line 3, column 1: the normalization must be an object {…}");
  refused(R"({"mean": [0]})",
          "line 3, column 10: the normalization has no member \"mean\"; it has: scale, offset");
  refused(R"({"scale": 1})", "line 3, column 11: the scale must be a list of numbers");
  refused(R"({"scale": [1, "1", 1]})", "line 3, column 15: the scale must be a list of numbers");
  refused("{\"scale\": [1],\n\"offset\": [0, null, 0]}",
          "line 4, column 15: the offset must be a list of numbers");
  refused(R"({"offset": [0, 0, 1e39]})",
          "line 3, column 19: a number of the offset is beyond 3.4028235e+38, the largest float");
  refused(R"({"scale": []})",
          "line 3, column 11: [normalization] the scale has 0 numbers; expected 1, or 3 for the "
          "channels of the input");
  refused(R"({"scale": [1], "offset": [0, 0]})",
          "line 3, column 26: [normalization] the offset has 2 numbers; expected 1, or 3 for the "
          "channels of the input");
  // 1e-50 is not 0, but the float nearest to it is.
  for (const std::string zero : {"0", "-0.0", "1e-50"}) {
    refused("{\"scale\": [1, " + zero + ", 1]}",
            "line 3, column 11: [normalization] number 2 of the scale is 0, which would hide the "
            "input; expected a number other than 0");
  }
}

TEST_CASE("graph document: missing or unknown members and wrong types in a layer") {
  const std::string relu = R"({"kind": "relu"},)";
  check_refused(with_layers(relu + "\n7"), "line 5, column 1: layer 2: it must be an object {…}");
  check_refused(with_layers(relu + "\n  {\"name\": \"end\"}"),
                "line 5, column 3: layer 2 \"end\": it lacks \"kind\"");
  check_refused(with_layers("{\"kind\": \"dense\",\n \"units\": 10}"),
                "line 5, column 11: layer 1: it has no member \"units\"; it has: kind, name, "
                "options, inputs, frozen, learning_rate_factor");
  check_refused(with_layers(R"({"kind": "relu", "learning_rate_factor": "1"})"),
                "line 4, column 42: layer 1: its learning rate factor must be a number");
  check_refused(with_layers("{\"kind\": [\"relu\"]}"),
                "line 4, column 10: layer 1: its kind must be a string");
  check_refused(with_layers("{\"name\": \"first\", \"kind\": \"Conv2D\"}"),
                "line 4, column 27: layer 1 \"first\": there is no layer \"Conv2D\" (did you mean "
                "'conv2d'?)" +
                    known_layers);
  check_refused(with_layers("{\"kind\": \"relu\", \"frozen\": 1}"),
                "line 4, column 28: layer 1: \"frozen\" must be true or false");
}

TEST_CASE("graph document: invalid names") {
  const auto named = [](const std::string& name) {
    return with_layers("{\"kind\": \"relu\", \"name\": " + name + "}");
  };
  check_refused(named("1"), "line 4, column 26: layer 1: its name must be a string");
  check_refused(named("\"\""), "line 4, column 26: layer 1: its name must have 1 to 200 bytes");
  check_refused(named("\"" + std::string(201, 'a') + "\""),
                "line 4, column 26: layer 1: its name must have 1 to 200 bytes");
  check_refused(named("\"input\""),
                "line 4, column 26: layer 1 \"input\": the name is already used: each layer needs "
                "a unique name and has its own weights");
  for (const std::string escape : {"\\u001b", "\\n", "\\u007f", "\\u0080", "\\u009b"}) {
    check_refused(named("\"a" + escape + "\""),
                  "line 4, column 26: layer 1 \"a" + escape +
                      "\": its name must not have control characters");
  }
  CHECK(parse_graph_json(named("\"größe 1\""), "my.json").nodes()[0].name == "größe 1");
  check_refused(with_layers("{\"kind\": \"relu\"},\n{\"kind\": \"relu\", \"name\": \"relu_1\"}"),
                "line 5, column 26: layer 2 \"relu_1\": the name is already used: each layer needs "
                "a unique name and has its own weights");
}

TEST_CASE("graph document: errors of options state the option's position") {
  const auto conv = [](const std::string& options) {
    return with_layers("{\"kind\": \"conv2d\", \"options\": {\n  " + options + "\n}}");
  };
  check_refused(
      conv(R"("filters": 0)"),
      "line 5, column 14: layer 1: [conv2d] option filters is 0 but must lie in 1 to 65536");
  check_refused(
      conv("\"filters\": 2,\n\"kernel\": 2.5"),
      "line 6, column 11: layer 1: [conv2d] option kernel is 2.5 but must be a whole number");
  check_refused(conv("\"filters\": 2,\n\"padding\": \"Same\""),
                "line 6, column 12: layer 1: [conv2d] option padding is \"Same\" (did you mean "
                "'same'?) but must be one of: valid, same, explicit");
  check_refused(
      conv("\"filters\": 2,\n\"bias\": \"no\""),
      "line 6, column 9: layer 1: [conv2d] option bias is \"no\" but must be true or false");
  check_refused(
      conv(R"("kernel": 3)"),
      "line 4, column 31: layer 1: [conv2d] option filters is missing but must lie in 1 to 65536");
  check_refused(with_layers(R"({"kind": "dense"})"),
                "line 4, column 1: layer 1: [dense] option units is missing but must lie in 1 to " +
                    std::string("1048576"));
  check_refused(conv("\"filters\": 2,\n\"padding\": \"\\u001b" + std::string(50, 'x') + "\""),
                "line 6, column 12: layer 1: [conv2d] option padding is \"?" +
                    std::string(39, 'x') + "...\" but must be one of: valid, same, explicit");
  check_refused(with_layers("{\"kind\": \"dropout\",\n\"options\": {\"share\": 0.5}}"),
                "line 5, column 22: layer 1: [dropout] has no option share; it has: rate");
  check_refused(
      conv("\"filters\": 2,\n\"kernel\": [3, 3]"),
      "line 6, column 11: layer 1: option \"kernel\" must be true, false, a number or a string");
  check_refused(conv("\"filters\": 2,\n\"\\u001b[2J\": 3"),
                "line 6, column 14: layer 1: it has no option \"\\u001b[2J\"");
  check_refused(with_layers("{\"kind\": \"relu\", \"options\": []}"),
                "line 4, column 29: layer 1: its options must be an object {…}");
  check_refused(with_layers("{\"kind\": \"relu\", \"options\": {\"x\": 1}}"),
                "line 4, column 35: layer 1: [relu] has no option x; it has: none");
}

TEST_CASE("graph document: inputs must be earlier layers or the image") {
  const auto second = [](const std::string& inputs) {
    return with_layers(
        "{\"kind\": \"relu\"},\n{\"kind\": \"relu\", \"name\": \"b\", \"inputs\": " + inputs + "}");
  };
  check_refused(second(R"("relu_1")"),
                "line 5, column 41: layer 2 \"b\": its inputs must be a list of names");
  check_refused(second("[0]"),
                "line 5, column 42: layer 2 \"b\": its inputs must be a list of names");
  check_refused(
      second(R"(["relu_1", "b"])"),
      "line 5, column 52: layer 2 \"b\": its input \"b\" is not a layer before it, but the layer "
      "itself or a later one; layers cannot form a cycle; known are: \"input\", "
      "\"relu_1\"");
  check_refused(
      with_layers("{\"kind\": \"relu\"},\n{\"kind\": \"relu\", \"inputs\": [\"input\"]}"),
      "line 4, column 1: layer 1 \"relu_1\": no layer reads its output, and it is not the last");
  check_refused(second("[]"), "line 5, column 1: layer 2 \"b\": [relu] expects one input, got 0");
  check_refused(second(R"(["relu_1", "input"])"),
                "line 5, column 1: layer 2 \"b\": [relu] expects one input, got 2");
}

TEST_CASE("graph document: shapes that a layer refuses") {
  check_refused(
      with_layers("{\"kind\": \"dense\", \"name\": \"end\", \"options\": {\"units\": 3}}"),
      "line 4, column 1: layer 1 \"end\": [dense] expects a vector (features), got (8, 8, 1); put "
      "a "
      "flatten layer before it");
  check_refused(with_layers("{\"kind\": \"max_pool2d\"},\n{\"kind\": \"conv2d\", \"options\": "
                            "{\"filters\": 2, \"kernel\": 5}}"),
                "line 5, column 1: layer 2: conv2d_1: [conv2d] the window covers 5 pixels but the "
                "image has only 4; use padding same or a smaller window");
}

TEST_CASE("graph document: several problems are listed with their positions") {
  check_refused(with_layers(R"({"kind": "conv2d", "options": {"kernel": 2.5, "depth": 3}},
{"kind": "relu", "units": 3, "name": 7},
{"kind": "flatten", "inputs": ["conv2d_2"]},
{"kind": "dense", "options": {"units": 0}})"),
                "line 4, column 31: layer 1: [conv2d] option filters is missing but must lie in 1 "
                "to 65536",
                "line 4, column 42: layer 1: [conv2d] option kernel is 2.5 but must be a whole "
                "number\n"
                "line 4, column 56: layer 1: [conv2d] has no option depth; it has: filters, "
                "kernel, kernel_width, stride, stride_width, dilation, padding, pad_top, "
                "pad_bottom, pad_left, pad_right, groups, bias, initializer, initializer_value\n"
                "line 5, column 27: layer 2: it has no member \"units\"; it has: kind, name, "
                "options, inputs, frozen, learning_rate_factor\n"
                "line 5, column 38: layer 2: its name must be a string\n"
                "line 6, column 32: layer 3: its input \"conv2d_2\" is not a layer before it (did "
                "you mean 'conv2d_1'?); known are: \"input\", \"conv2d_1\", \"relu_1\"\n"
                "line 7, column 40: layer 4: [dense] option units is 0 but must lie in 1 to "
                "1048576");
}

TEST_CASE("graph document: ten of many problems are listed") {
  const auto message_of = [](int layers) {
    std::string text = "{\"kind\": \"relu\"}";
    for (int i = 0; i < layers; ++i) text += ",\n{\"kind\": \"relu\", \"frozen\": 1}";
    try {
      parse_graph_json(with_layers(text), "my.json");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto lines = [](const std::string& text) {
    return 1 + std::count(text.begin(), text.end(), '\n');
  };
  CHECK(lines(message_of(10)) == 10);
  CHECK(message_of(10).ends_with("line 14, column 28: layer 11: \"frozen\" must be true or false"));
  CHECK(lines(message_of(11)) == 11);
  CHECK(message_of(11).ends_with("\nand 1 more problem"));
  CHECK(message_of(5000).ends_with("\nand at least 90 more problems"));
}

TEST_CASE("graph document: what could be read of a document with problems") {
  const GraphReading reading = read_graph_json(with_layers(
      R"({"kind": "relu", "name": "a", "inputs": "input", "frozen": true},
{"kind": "dense", "name": 1, "options": {"units": 3, "bias": null}})"));
  CHECK(reading.document ==
        GraphDocument{
            .input = {8, 8, 1},
            .normalization = {},
            .layers = {
                {.kind = "relu", .name = "a", .inputs = std::vector<std::string>(), .frozen = true},
                {.kind = "dense", .options = {{"units", int64_t{3}}}}}});
  REQUIRE(reading.checked.problems.size() == 3);
  CHECK(reading.checked.problems[0].layer == 0);
  CHECK(reading.checked.problems[0].path == std::vector<std::string>{"inputs"});
  CHECK(reading.positions[0] == TextPosition{4, 41});
  CHECK(reading.checked.problems[2].option() == "bias");
  CHECK(reading.checked.names == std::vector<std::string>{"a", "dense_1"});
  const GraphReading other = read_graph_json("{\"version\": 2, \"layers\": 7}");
  REQUIRE(other.checked.problems.size() == 1);
  CHECK(other.checked.problems[0].text() ==
        "the document has version 2; this convlab reads version 1");
  CHECK(other.positions[0] == TextPosition{1, 13});
  const GraphReading none = read_graph_json("\n[");
  CHECK(none.document == GraphDocument{});
  REQUIRE(none.checked.problems.size() == 1);
  CHECK(none.checked.problems[0].text().starts_with("not JSON: "));
  CHECK(none.positions[0].line == 2);
}

TEST_CASE("graph document: too many parameters") {
  const std::string head =
      "{\"kind\": \"flatten\"},\n{\"kind\": \"dense\", \"options\": {\"units\": 1048576}}";
  const std::string more = ",\n{\"kind\": \"dense\", \"options\": {\"units\": 1048576}}";
  check_refused(
      with_layers(head + more),
      "line 6, column 1: layer 3: the network has more than 1099511627776 parameters up to here");
}

}  // namespace convlab
