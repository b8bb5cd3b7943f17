#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "io/graph_json.h"
#include "nn/layer_info.h"
#include "nn/network.h"
#include "nn/registry.h"

namespace convlab {
namespace {

TEST_CASE("layer info: every kind of layer has a page, in the registry's order") {
  REQUIRE(layer_pages().size() == layer_kinds().size());
  for (size_t i = 0; i < layer_kinds().size(); ++i)
    CHECK(layer_pages()[i].kind == layer_kinds()[i].kind);
}

TEST_CASE(
    "layer info: every page describes the layer, its shapes and its name in other libraries") {
  constexpr size_t line = 58;
  for (const LayerPage& page : layer_pages()) {
    INFO(page.kind);
    const LayerInfo& info = page.info;
    CHECK(!info.summary.empty());
    CHECK(info.summary.size() <= line);
    CHECK(info.shapes.find("→") != std::string_view::npos);
    CHECK(!info.pytorch.empty());
    CHECK((!info.source.empty() || !info.keras.empty()));
  }
}

TEST_CASE("layer info: every option has a help text, and values that a layer accepts") {
  for (const LayerPage& page : layer_pages()) {
    for (const OptionField& field : page.options()) {
      INFO(page.kind << " " << field.name);
      CHECK(!field.help.empty());
      CHECK((field.type == OptionType::choice) == (field.choices.size() > 1));
    }
  }
}

TEST_CASE("layer info: the options are those of the layer, with its defaults") {
  const auto graph = parse_graph_json(R"({"input": [8, 8, 3], "layers": [
    {"kind": "conv2d", "options": {"filters": 4}}]})",
                                      "test");
  const Options options = graph.nodes()[0].layer->options();
  const auto page = std::find_if(layer_pages().begin(), layer_pages().end(),
                                 [](const LayerPage& p) { return p.kind == "conv2d"; });
  const auto fields = page->options();
  REQUIRE(fields.size() == options.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    INFO(fields[i].name);
    CHECK(fields[i].name == options[i].first);
    CHECK(fields[i].required == (fields[i].name == "filters"));
    if (!fields[i].required) CHECK(fields[i].default_value == options[i].second);
  }
}

TEST_CASE("layer info: every example is a model that contains the layer and runs") {
  const auto backend = make_backend("", 1);
  for (const LayerPage& page : layer_pages()) {
    INFO(page.kind);
    Graph graph = parse_graph_json(page.info.example, std::string(page.kind));
    const auto& nodes = graph.nodes();
    CHECK(std::any_of(nodes.begin(), nodes.end(),
                      [&](const Node& node) { return node.layer->kind() == page.kind; }));
    Network network(std::move(graph), *backend, 1);
    backend->fill(network.prepare(Mode::train, 2), 1);
    network.forward();
  }
}

}  // namespace
}  // namespace convlab
