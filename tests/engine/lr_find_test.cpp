#include "engine/tasks/lr_find_task.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "data/synthetic.h"
#include "engine/protocol.h"
#include "zoo/zoo.h"

namespace convlab {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("lr_find: suggests the same rate every time, also over several epochs") {
  const auto train =
      std::make_shared<const Dataset>(make_synthetic(200, 10, {28, 28, 1}, 10).train);
  FindLearningRate request{.steps = 60};
  request.options.model = "mnist-mlp";
  request.options.batch = 64;  // four steps per epoch
  const auto find = [&] {
    const auto backend = make_backend("", 1);
    LrFindTask task(request, find_model("mnist-mlp").build({28, 28, 1}, 10), train, *backend);
    return complete<LearningRates>(task);
  };
  const LearningRates result = find();
  REQUIRE(std::isfinite(result.suggestion));
  CHECK(find().losses == result.losses);
  CHECK_THAT(to_json(result), ContainsSubstring("{\"suggestion\":"));
  CHECK_THAT(to_json(LearningRates{}), ContainsSubstring("\"suggestion\":null"));
}

}  // namespace convlab
