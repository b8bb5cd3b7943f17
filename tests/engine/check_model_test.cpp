#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

#include "engine/small_engine.h"
#include "io/graph_json.h"
#include "zoo/zoo.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;

namespace {

const Shape image{28, 28, 1};

}  // namespace

TEST_CASE("check model: problems and shapes of a document, without a run") {
  Engine engine = make_engine();
  const auto check = [&](const CheckModel& request) { return engine.call<ModelCheck>(request); };
  const std::string document = graph_json(find_model("mnist-mlp").build(image, 7));
  CHECK(check({document}).problems.empty());
  CHECK(check({document, image, 7}).problems.empty());
  CHECK(check({document}).layers.back().name == "dense_2");
  CHECK(check({document}).layers.back().output == Shape{7});

  const ModelCheck data = check({document, {32, 32, 3}, 10});
  REQUIRE(data.problems.size() == 2);
  CHECK(data.problems[0].layer == -1);
  CHECK_THAT(data.problems[0].message, ContainsSubstring("images of the data are (32, 32, 3)"));
  CHECK(data.problems[1].layer == static_cast<int64_t>(data.layers.size()) - 1);
  CHECK_THAT(data.problems[1].message, ContainsSubstring("the data has 10 classes; expected (10)"));
  CHECK(data.problems[0].where.empty());
  CHECK(data.problems[1].where == "layer 4 \"dense_2\"");
  const ModelCheck placed =
      check({"{\"input\": [2, 2, 1],\n \"layers\": [{\"kind\": \"flatten\"},\n"
             "  {\"kind\": \"dense\", \"options\": {\"units\": 3}}]}",
             image, 10});
  REQUIRE(placed.problems.size() == 2);
  CHECK(placed.problems[0].line == 1);
  CHECK(placed.problems[0].column == 11);
  CHECK(placed.problems[1].where == "layer 2 \"dense_1\"");
  CHECK(placed.problems[1].line == 3);
  CHECK(placed.problems[1].column == 3);

  const ModelCheck bad = check({.architecture = R"({"input": [28, 28, 1], "layers": [
    {"kind": "conv2d", "name": "stem", "options": {"filters": 0}},
    {"kind": "relux"}]})"});
  REQUIRE(bad.problems.size() == 2);
  CHECK(bad.problems[0].layer == 0);
  CHECK(bad.problems[0].option == "filters");
  CHECK(bad.problems[0].path == std::vector<std::string>{"options", "filters"});
  CHECK(bad.problems[0].where == "layer 1 \"stem\"");
  CHECK_THAT(bad.problems[0].message, ContainsSubstring("filters is 0"));
  CHECK(bad.problems[0].line == 2);
  CHECK(bad.problems[0].column == 63);
  CHECK(bad.problems[1].layer == 1);
  CHECK(bad.problems[1].line == 3);
  REQUIRE(bad.layers.size() == 2);
  CHECK(bad.layers[0].name == "stem");
  CHECK(bad.layers[0].output == Shape{});
  CHECK(check({.architecture = "{"}).problems.size() == 1);
  CHECK(check({}).problems.size() == 1);
  CHECK(engine.snapshot()->state == RunState::empty);
}

}  // namespace convlab
