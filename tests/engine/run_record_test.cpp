#include "engine/run_record.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include "engine/checkpoint_runs.h"

using namespace convlab;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("run record: an option that is added to the run needs a new version") {
  // Programs of the same version must agree on the options. Where this list changes, raise
  // RunRecord::version and let update_options add the new option to records of older versions.
  REQUIRE(RunRecord{}.version == 5);
  const auto record = nlohmann::json::parse(encode(RunRecord{}).json);
  std::vector<std::string> names;
  for (const auto& [name, value] : record.at("options").items()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"architecture",
                                          "augmentation",
                                          "batch",
                                          "cache_images",
                                          "class_weights",
                                          "data",
                                          "early_stopping",
                                          "early_stopping_options",
                                          "epochs",
                                          "featurewise_center",
                                          "image_size",
                                          "learning_rate",
                                          "loss",
                                          "loss_options",
                                          "model",
                                          "optimizer",
                                          "optimizer_options",
                                          "resize",
                                          "schedule",
                                          "schedule_options",
                                          "seed",
                                          "standardize",
                                          "time_budget",
                                          "update_options",
                                          "validation_split",
                                          "warmup_epochs"});
}

TEST_CASE("run record: version 4 had no resize modes and no centring") {
  std::vector<uint8_t> old = checkpoint_of(*started(small_run(), 3));
  old = with_run(old, "\"version\":5", "\"version\":4");
  old = with_run(old, "\"resize\":\"crop\",", "");
  old = with_run(old, "\"featurewise_center\":false,", "");
  const auto engine = resumed(small_run(), old);
  finish(*engine);
  CHECK(checkpoint_of(*engine) == whole_run(small_run()));
}

TEST_CASE("run record: label smoothing of version 2, an option of the run, is that of the loss") {
  RunOptions options = small_run();
  options.loss_options = {{"label_smoothing", 0.125}};
  std::vector<uint8_t> old = checkpoint_of(*started(options, 3));
  const auto replace = [&](const std::string& from, const std::string& to) {
    old = with_run(old, from, to);
  };
  replace("\"version\":5", "\"version\":2");
  replace("\"architecture\":\"\",", "");
  replace("\"resize\":\"crop\",", "");
  replace("\"featurewise_center\":false,", "");
  replace("\"class_weights\":\"\",", "");
  replace("\"loss\":\"softmax_cross_entropy\",", "");
  replace("\"loss_options\":{\"label_smoothing\":0.125}", "\"label_smoothing\":0.125");
  replace("\"validation_split\":0.0,", "");
  const auto engine = resumed(options, old);
  finish(*engine);
  CHECK(checkpoint_of(*engine) == whole_run(options));
  CHECK_THAT(refusal(small_run(), old),
             ContainsSubstring("loss_options/label_smoothing (0.125 there, null here)"));
  // Without smoothing there is no loss option.
  replace("\"label_smoothing\":0.125", "\"label_smoothing\":0.0");
  CHECK(resumed(small_run(), old)->snapshot()->step == 3);
  replace("\"label_smoothing\":0.0", "\"label_smoothing\":[0]");
  CHECK_THAT(refusal(small_run(), old), ContainsSubstring("loss_options must be"));
}

TEST_CASE("run record: numbers out of range are refused") {
  const std::vector<uint8_t> good = checkpoint_of(*started(small_run(), 3));
  const auto refused = [&](const std::string& old_text, const std::string& new_text,
                           const std::string& message) {
    INFO(new_text);
    CHECK_THAT(refusal(small_run(), with_run(good, old_text, new_text)),
               ContainsSubstring("some.file") && ContainsSubstring(message));
  };
  refused("\"step\":3", "\"step\":4", "4 steps are done; expected 0 epochs of 5 steps and 3 more");
  refused("\"step\":3", "\"step\":-1", "step must be a whole number");
  refused("\"step\":3", "\"stop\":3", "lacks the field 'step'");
  refused("\"step\":3", "\"step\":3,\"more\":1", "unknown field 'more'");
  refused("\"batches\":3", "\"batches\":6", "6 training batches of the epoch are done");
  refused("\"validating\":false", "\"validating\":true", "before its validation");
  refused("\"validation_batches\":0", "\"validation_batches\":2", "no validation is running");
  refused("\"epoch\":0", "\"epoch\":1", "1 epochs are done, but the history has 0");
  refused("\"version\":5", "\"version\":6", "expected 1 to 5. A newer convlab wrote it");
  refused("\"version\":5", "\"version\":0", "expected 1 to 5");
  refused("\"learning_rate\":0.001,\"step_learning_rate",
          "\"learning_rate\":null,\"step_learning_rate", "learning rate is nan");
  refused("\"step_learning_rate\":0.001", "\"step_learning_rate\":-1", "step_learning_rate is -1");
  refused("\"curve_interval\":1", "\"curve_interval\":0", "curve_interval");
}
