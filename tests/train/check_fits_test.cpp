#include "train/check_fits.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/memory_dataset.h"
#include "nn/registry.h"
#include "zoo/zoo.h"

namespace convlab {

TEST_CASE("check_fits: wrong image sizes and wrong numbers of classes have different errors") {
  const MemoryDataset data("digits", {12, 12, 1}, {"zero", "one", "two"}, 0);
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

TEST_CASE("fold_final_activation: removes the activation that the loss contains, no other") {
  const auto with_last = [](std::string_view kind) {
    Graph graph({4});
    graph.append(make_layer("dense", {{"units", int64_t{3}}}));
    graph.append(make_layer(kind, {}));
    return graph;
  };
  const auto folds = [&](std::string_view last, std::string_view loss) {
    Graph graph = with_last(last);
    const bool folded = fold_final_activation(graph, *make_loss(loss, {}));
    CHECK(graph.nodes().size() == (folded ? 1 : 2));
    return folded;
  };
  CHECK(folds("softmax", "softmax_cross_entropy"));
  CHECK(folds("sigmoid", "binary_cross_entropy"));
  CHECK_FALSE(folds("sigmoid", "softmax_cross_entropy"));
  CHECK_FALSE(folds("softmax", "binary_cross_entropy"));
  CHECK_FALSE(folds("relu", "softmax_cross_entropy"));
  for (const std::string_view loss : {"mean_squared_error", "huber", "hinge"}) {
    CHECK_FALSE(folds("softmax", loss));
    CHECK_FALSE(folds("sigmoid", loss));
  }
  Graph only({4});
  only.append(make_layer("softmax", {}));
  CHECK_FALSE(fold_final_activation(only, *make_loss("softmax_cross_entropy", {})));
  // The name of the removed layer is free again.
  Graph graph = with_last("softmax");
  fold_final_activation(graph, *make_loss("softmax_cross_entropy", {}));
  graph.append(make_layer("softmax", {}));
  CHECK(graph.nodes().back().name == "softmax_1");
}

}  // namespace convlab
