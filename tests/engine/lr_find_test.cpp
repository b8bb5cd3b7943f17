#include "engine/lr_find.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "data/synthetic.h"
#include "zoo/zoo.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("lr_find: suggests the same rate every time, also over several epochs") {
  const DatasetSplits data = make_synthetic(200, 10, {28, 28, 1}, 10);
  RunOptions run;
  run.model = "mnist-mlp";
  run.batch = 64;  // four steps per epoch
  const auto find = [&] {
    const auto backend = make_backend("", 1);
    return find_learning_rate(run, find_model(run.model).build({28, 28, 1}, 10), {.steps = 60},
                              data.train, *backend);
  };
  const RangeTest result = find();
  REQUIRE(result.suggestion.has_value());
  CHECK(find().losses == result.losses);
  CHECK_THAT(to_json(result), ContainsSubstring("{\"suggestion\":"));
  CHECK_THAT(to_json({}), ContainsSubstring("\"suggestion\":null"));
}

TEST_CASE("lr_find: uses the loss and the class weights of the run") {
  const DatasetSplits data = make_synthetic(64, 10, {28, 28, 1}, 10);
  RunOptions run;
  run.model = "mnist-mlp";
  run.batch = 64;
  const auto first_loss = [&] {
    const auto backend = make_backend("", 1);
    return find_learning_rate(run, find_model(run.model).build({28, 28, 1}, 10), {.steps = 2},
                              data.train, *backend)
        .losses.at(0);
  };
  const double plain = first_loss();
  run.class_weights = "3,3,3,3,3,3,3,3,3,3";
  CHECK(first_loss() == Catch::Approx(3 * plain));
  run.class_weights = "balanced";  // the classes are equally frequent, except for the last images
  CHECK(first_loss() == Catch::Approx(plain).epsilon(0.05));
  run.class_weights.clear();
  run.loss = "binary_cross_entropy";  // of ten outputs near zero: about ln 2
  CHECK(first_loss() == Catch::Approx(0.69).epsilon(0.1));
}

}  // namespace convlab
