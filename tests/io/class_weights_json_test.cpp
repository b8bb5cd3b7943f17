#include "io/class_weights_json.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "engine/run_loss.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

std::string read(const std::string& json) {
  return checked_class_weights(class_weights_from_json(json, "w.json"));
}

}  // namespace

TEST_CASE("class weights: a list, or Keras' object of class indices") {
  CHECK(read("[1, 2, 0.5]") == checked_class_weights("1,2,0.5"));
  CHECK(read(R"({"0": 1.5, "2": 1e-3})") == checked_class_weights("1.5,1,0.001"));
  CHECK(read(R"({"10": 0, "9": 2})") == checked_class_weights("1,1,1,1,1,1,1,1,1,2,0"));
}

TEST_CASE("class weights: other JSON is refused") {
  for (const auto& [json, text] :
       {std::pair("[]", "expected the weights of 1 to 65535 classes"),
        {"3", "as a list such as"},
        {"[1, -1]", "the weight of class 1 is \"-1\"; expected a number from 0 to 1e+06"},
        {"[1e7]", "the weight of class 0"},
        {R"(["a"])", "the weight of class 0"},
        {R"({"cat": 1})", "\"cat\" is no index of a class"},
        {R"({"65535": 1})", "no index of a class; expected 0 to 65534"},
        {"[1", "w.json, line 1"}}) {
    INFO(json);
    CHECK_THROWS_MATCHES(read(json), Error, MessageMatches(ContainsSubstring(text)));
  }
}

}  // namespace convlab
