#include "engine/run_loss.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/error.h"
#include "data/memory_dataset.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using Weights = std::vector<double>;

/// Images of classes a, b and c; there are none of d.
MemoryDataset labelled(const std::vector<uint8_t>& labels) {
  const auto size = static_cast<int64_t>(labels.size());
  MemoryDataset dataset("labels", {1, 1, 1}, {"a", "b", "c", "d"}, size);
  dataset.append(std::vector<uint8_t>(labels.size()), labels, "test");
  return dataset;
}

}  // namespace

TEST_CASE("class weights: a list gives one number per class, nothing means all 1") {
  const MemoryDataset dataset = labelled({0, 1});
  CHECK(class_weights({}, dataset).empty());
  CHECK(class_weights({.class_weights = "1,2, 0.5"}, dataset) == Weights{1, 2, 0.5});
  CHECK(checked_class_weights("1,2,  .5") == "1, 2, 0.5");
  CHECK(checked_class_weights("balanced") == "balanced");
  CHECK(checked_class_weights("").empty());
  for (const char* text : {"even", "1;2", "-1, 1", "1e9, 1", "nan"}) {
    INFO(text);
    CHECK_THROWS_WITH(make_loss(RunOptions{.class_weights = text}),
                      ContainsSubstring("option class_weights"));
  }
}

// scikit-learn: compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 0, 1, 1, 2, 2])
// gives 2/3, 4/3, 4/3.
TEST_CASE("class weights: balanced ones are n / (classes with images · images of the class)") {
  const MemoryDataset dataset = labelled({0, 0, 1, 0, 2, 0, 1, 2});
  const RunOptions run{.class_weights = "balanced"};
  const Weights weights = class_weights(run, dataset);
  REQUIRE(weights.size() == 4);
  CHECK(weights[0] == Catch::Approx(2.0 / 3));
  CHECK(weights[1] == Catch::Approx(4.0 / 3));
  CHECK(weights[2] == Catch::Approx(4.0 / 3));
  CHECK(weights[3] == 1);  // no image has it
  // Of a part of the data set, its images count.
  CHECK(class_weights(run, Subset(dataset, {0, 2, 4, 6})) == Weights{4.0 / 3, 4.0 / 6, 4.0 / 3, 1});
}

TEST_CASE("trained loss: a model file names its loss, one of an earlier version its smoothing") {
  RunOptions run;
  run.loss = "huber";
  run.loss_options = {{"delta", 0.25}};
  TrainingInfo info;
  append_loss_info(info.options, run);
  CHECK(trained_loss(info, "m")->kind() == "huber");
  CHECK(trained_loss(info, "m")->options() == Options{{"delta", 0.25}});
  CHECK(trained_loss({}, "m")->kind() == "softmax_cross_entropy");
  info.options = {{"label_smoothing", 0.1}, {"epochs", int64_t{3}}};
  CHECK(trained_loss(info, "m")->options() == Options{{"label_smoothing", 0.1}});

  const auto refused = [](const Options& options, const std::string& message) {
    TrainingInfo hostile;
    hostile.options = options;
    CHECK_THROWS_WITH(
        trained_loss(hostile, "a.file"),
        StartsWith("a.file: the training information: ") && ContainsSubstring(message));
  };
  refused({{"loss", std::string("triplet")}}, "unknown loss 'triplet'");
  refused({{"loss", int64_t{3}}}, "loss is 3; expected a text");
  refused({{"loss_options", std::string("delta=1")}}, "has no option delta");
  refused({{"label_smoothing", std::string("much")}}, "label_smoothing is \"much\"");
}

}  // namespace convlab
