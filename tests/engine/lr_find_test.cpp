#include "engine/tasks/lr_find_task.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "data/synthetic.h"
#include "engine/protocol.h"
#include "zoo/zoo.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("lr_find: suggests the same rate every time, also over several epochs") {
  const auto train = make_synthetic(200, 10, {28, 28, 1}, 10).train;
  FindLearningRate request{.steps = 60};
  request.options.model = "mnist-mlp";
  request.options.batch = 64;  // four steps per epoch
  const auto find = [&] {
    const auto backend = make_backend("", 1);
    LrFindTask task(request, find_model("mnist-mlp").build({28, 28, 1}, 10), nullptr, train,
                    nullptr, *backend);
    return complete<LearningRates>(task);
  };
  const LearningRates result = find();
  REQUIRE(std::isfinite(result.suggestion));
  CHECK(find().losses == result.losses);
  CHECK_THAT(to_json(result), ContainsSubstring("{\"suggestion\":"));
  CHECK_THAT(to_json(LearningRates{}), ContainsSubstring("\"suggestion\":null"));
}

TEST_CASE("lr_find: images that are set aside for validation are not trained on") {
  // Two images of each of ten classes, of which the split leaves one.
  const auto train = make_synthetic(20, 10, {28, 28, 1}, 10).train;
  const auto run = [&](double split, int64_t batch) {
    FindLearningRate request{.steps = 2};
    request.options.model = "mnist-mlp";
    request.options.batch = batch;
    request.options.validation_split = split;
    const auto backend = make_backend("", 1);
    LrFindTask task(request, find_model("mnist-mlp").build({28, 28, 1}, 10), nullptr, train,
                    nullptr, *backend);
    return complete<LearningRates>(task).losses;
  };
  CHECK(run(0.5, 10) == run(0.5, 20));  // ten images are left: batches of all of them
  CHECK(run(0, 10) != run(0, 20));
}

TEST_CASE("lr_find: uses the loss and the class weights of the run") {
  const auto train = make_synthetic(64, 10, {28, 28, 1}, 10).train;
  FindLearningRate request{.steps = 2};
  RunOptions& run = request.options;
  run.model = "mnist-mlp";
  run.batch = 64;
  const auto first_loss = [&] {
    const auto backend = make_backend("", 1);
    LrFindTask task(request, find_model("mnist-mlp").build({28, 28, 1}, 10), nullptr, train,
                    nullptr, *backend);
    return complete<LearningRates>(task).losses.at(0);
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
