#include "train/check_fits.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "nn/registry.h"
#include "zoo/zoo.h"

namespace convlab {

TEST_CASE("check_fits: wrong image sizes and wrong numbers of classes have different errors") {
  const Dataset data("digits", {12, 12, 1}, {"zero", "one", "two"}, 0);
  const auto refused = [&](const Shape& image, int64_t classes, const std::string& message) {
    CHECK_THROWS_MATCHES(check_fits(find_model("mnist-cnn").build(image, classes), data, "my.json"),
                         Error, Catch::Matchers::Message(message));
  };
  CHECK_NOTHROW(check_fits(find_model("mnist-cnn").build({12, 12, 1}, 3), data, "my.json"));
  refused(
      {12, 10, 1}, 3,
      "[model] my.json expects images of (12, 10, 1), but the images of digits are (12, 12, 1)");
  refused({12, 12, 1}, 4, "[model] my.json has the output shape (4), but digits has 3 classes");
}

TEST_CASE("a final softmax is folded into the loss") {
  Graph graph({4});
  graph.append(make_layer("dense", {{"units", int64_t{3}}}));
  CHECK_FALSE(fold_final_softmax(graph));
  graph.append(make_layer("softmax", {}));
  graph.append(make_layer("relu", {}));
  CHECK_FALSE(fold_final_softmax(graph));
  graph.remove_last();
  CHECK(fold_final_softmax(graph));
  CHECK(graph.nodes().size() == 1);
  CHECK(graph.append(make_layer("softmax", {})) == 2);
  CHECK(graph.nodes().back().name == "softmax_1");
}

}  // namespace convlab
