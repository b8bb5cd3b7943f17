#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "engine/checkpoint_runs.h"
#include "engine/run_loss.h"
#include "engine/run_record.h"
#include "io/checkpoint_file.h"
#include "io/graph_json.h"
#include "optim/optimizer.h"
#include "optim/schedules/schedule.h"
#include "zoo/zoo.h"

using namespace convlab;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("checkpoint: a run resumed after any step equals the uninterrupted run, bit for bit") {
  const std::vector<uint8_t> expected = whole_run(dropout_run());
  for (int advances = 0; advances <= 2 * advances_per_epoch; ++advances) {
    INFO("stopped after " << advances << " advances");
    const auto engine =
        resumed(dropout_run(), checkpoint_of(*started(dropout_run(), advances + 1)));
    if (engine->snapshot()->state != RunState::finished) finish(*engine);
    CHECK(checkpoint_of(*engine) == expected);
  }
}

TEST_CASE(
    "checkpoint: every schedule resumes bit for bit, with an average and during accumulation") {
  for (const ScheduleKind& kind : schedule_kinds()) {
    RunOptions options = dropout_run();
    options.schedule = kind.kind;
    if (kind.kind == "plateau")
      options.schedule_options = {{"min_delta", 1000.0}, {"patience", int64_t{1}}};
    options.warmup_epochs = 0.5;
    options.update_options = {{"accumulate", int64_t{2}}, {"ema_momentum", 0.9}};
    INFO(kind.kind);
    check_resumes(options);
  }
}

TEST_CASE("checkpoint: every optimizer resumes bit for bit, within an epoch and after it") {
  for (const OptimizerKind& kind : optimizer_kinds()) {
    INFO(kind.kind);
    RunOptions options = dropout_run();
    options.optimizer = kind.kind;
    check_resumes(options);
  }
}

TEST_CASE(
    "checkpoint: momentum, clipping, accumulation and the average of the weights resume, too") {
  RunOptions options = dropout_run();
  options.optimizer = "sgd";
  options.optimizer_options = {{"momentum", 0.9}, {"nesterov", true}};
  check_resumes(options);
  options.update_options = {{"accumulate", int64_t{3}}, {"clip_norm", 0.5}, {"ema_momentum", 0.9}};
  check_resumes(options);
}

TEST_CASE("checkpoint: loading in threads changes nothing") {
  const auto engine = resumed(dropout_run(), checkpoint_of(*started(dropout_run(), 3, 4)), 4);
  finish(*engine);
  CHECK(checkpoint_of(*engine) == whole_run(dropout_run()));
}

TEST_CASE("checkpoint: callbacks resume with their state, including the best weights") {
  RunOptions options = dropout_run();
  options.epochs = 12;
  options.early_stopping = true;
  // No later epoch improves on the first by min_delta, so the run ends with the third.
  options.early_stopping_options = {
      {"patience", int64_t{2}}, {"min_delta", 10.0}, {"restore_best_weights", true}};
  const auto whole = started(options, 0);
  finish(*whole);
  const auto epochs = whole->snapshot()->epoch;
  REQUIRE(epochs == 3);
  REQUIRE_THAT(whole->snapshot()->stop_reason, ContainsSubstring("no better val_loss"));
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    const auto stopped = static_cast<int>(epoch * advances_per_epoch + 3);
    const auto engine = resumed(options, checkpoint_of(*started(options, stopped)));
    finish(*engine);
    CHECK(checkpoint_of(*engine) == checkpoint_of(*whole));
    CHECK(engine->snapshot()->stop_reason == whole->snapshot()->stop_reason);
  }
  // A checkpoint of a finished run resumes as finished.
  CHECK(resumed(options, checkpoint_of(*whole))->snapshot()->state == RunState::finished);
  options.early_stopping_options[0].second = int64_t{3};
  CHECK_THAT(refusal(options, checkpoint_of(*whole)),
             ContainsSubstring("early_stopping_options/patience (2 there, 3 here)"));
}

TEST_CASE("checkpoint: a changed learning rate is kept") {
  const auto engine = started(dropout_run(), 2);
  engine->send(SetLearningRate{0.01});
  engine->advance();
  const auto other = resumed(dropout_run(), checkpoint_of(*engine));
  CHECK(other->snapshot()->learning_rate == 0.01);
  finish(*engine);
  finish(*other);
  CHECK(checkpoint_of(*other) == checkpoint_of(*engine));
}

TEST_CASE("checkpoint: a resumed run may have more epochs") {
  RunOptions longer = dropout_run();
  longer.epochs = 4;
  const auto engine = resumed(longer, whole_run(dropout_run()));
  CHECK(engine->snapshot()->state == RunState::paused);
  CHECK(engine->snapshot()->epoch == 2);
  finish(*engine);
  CHECK(checkpoint_of(*engine) == whole_run(longer));
}

TEST_CASE("checkpoint: fewer epochs than are done are refused") {
  RunOptions shorter = dropout_run();
  shorter.epochs = 1;
  CHECK_THAT(refusal(shorter, whole_run(dropout_run())),
             ContainsSubstring("2 epochs are done; expected --epochs to be at least that, not 1"));
}

TEST_CASE("checkpoint: a schedule that ends with the run keeps its length, unless it is changed") {
  RunOptions options = dropout_run();
  options.schedule = "one_cycle";
  const std::vector<uint8_t> checkpoint = whole_run(options);
  const auto rate_after = [&](const RunOptions& longer) {
    const auto engine = resumed(longer, checkpoint);
    const auto snapshot = engine->snapshot();
    return std::pair{snapshot->step_learning_rate, snapshot->notes};
  };
  RunOptions longer = options;
  longer.epochs = 4;
  const auto [kept, note] = rate_after(longer);
  CHECK(kept == Approx(0.001 / 25));  // the first rate of a second cycle of the same length
  REQUIRE(note.size() == 2);
  CHECK_THAT(note[0], ContainsSubstring("keeps its length of 2 epochs"));
  CHECK_THAT(note[1], ContainsSubstring("The learning rate jumps from 4e-09 to 4e-05"));
  longer.schedule_options = {{"epochs", 4.0}};
  const auto [changed, jump] = rate_after(longer);
  CHECK(changed > 1e-5);
  REQUIRE(jump.size() == 1);
  CHECK_THAT(jump[0], ContainsSubstring("The learning rate jumps from"));
}

TEST_CASE("checkpoint: other data of the same name are refused, by sizes or contents") {
  const std::vector<uint8_t> checkpoint = whole_run(dropout_run());
  CHECK_THAT(refusal(dropout_run(), checkpoint, make_synthetic(64, 40, image, 4)),
             ContainsSubstring("70 training and 40 test images there, 64 and 40 here"));
  DatasetSplits data = make_synthetic(70, 40, image, 4);
  const auto changed =
      std::make_shared<MemoryDataset>("synthetic", image, data.test->class_names(), 40);
  for (int64_t i = 0; i < 40; ++i) {
    std::vector<uint8_t> pixels = pixels_of(*data.test, i);
    if (i == 7) pixels.back() ^= 1U;
    const auto label = static_cast<uint8_t>(data.test->label(i));
    changed->append(pixels, {&label, 1}, "test");
  }
  data.test = changed;
  CHECK_THAT(refusal(dropout_run(), checkpoint, data),
             ContainsSubstring("are not those of that run"));
}

TEST_CASE("checkpoint: as a model it holds the average of the weights, and training resumes") {
  RunOptions options = dropout_run();
  options.update_options = {{"ema_momentum", 0.9}};
  const auto engine = started(options, 3 * advances_per_epoch / 2);
  const std::vector<uint8_t> checkpoint = checkpoint_of(*engine);
  const std::vector<uint8_t> model = model_of(*engine);
  CHECK(weights_of(checkpoint) == weights_of(model));
  const auto other = resumed(options, checkpoint);
  finish(*other);
  CHECK(checkpoint_of(*other) == whole_run(options));
}

TEST_CASE("checkpoint: it is also a model file") {
  const ModelFile model = parse_model(whole_run(dropout_run()), "run.checkpoint");
  CHECK(model.training.model == "simple-convnet");
  CHECK(model.training.class_names.size() == 4);
}

TEST_CASE("checkpoint: a run with other options is refused and each difference is named") {
  const std::vector<uint8_t> checkpoint = checkpoint_of(*started(dropout_run(), 3));
  RunOptions options = dropout_run();
  options.model = "mnist-mlp";
  options.batch = 32;
  options.seed = 7;
  options.data = "others";
  options.epochs = 9;
  const std::string error = refusal(options, checkpoint);
  CHECK_THAT(error,
             ContainsSubstring("some.file") && ContainsSubstring("batch (16 there, 32 here)"));
  CHECK_THAT(error, ContainsSubstring("model (\"simple-convnet\" there, \"mnist-mlp\" here)"));
  CHECK_THAT(error, ContainsSubstring("seed (1 there, 7 here)") && ContainsSubstring("data"));
  CHECK_THAT(error, !ContainsSubstring("epochs"));
}

TEST_CASE("checkpoint: every loss resumes, with class weights and a validation split") {
  for (const LossKind& kind : loss_kinds()) {
    INFO(kind.kind);
    RunOptions options = dropout_run();
    options.loss = kind.kind;
    check_resumes(options);
  }
  RunOptions options = dropout_run();
  options.class_weights = "1, 2, 0.5, 1";
  check_resumes(options);
  // 56 images are left to train on: four batches. 14 are set aside: one batch.
  options.validation_split = 0.2;
  options.class_weights = "balanced";
  const std::vector<uint8_t> expected = whole_run(options);
  for (int advances = 1; advances <= 2 * (4 + 1 + 1 + 1); ++advances) {
    INFO("stopped after " << advances << " advances");
    const auto engine = resumed(options, checkpoint_of(*started(options, advances)));
    if (engine->snapshot()->state != RunState::finished) finish(*engine);
    CHECK(checkpoint_of(*engine) == expected);
  }
}

TEST_CASE("checkpoint: another validation split, loss or other class weights are refused") {
  RunOptions options = dropout_run();
  options.validation_split = 0.2;
  const std::vector<uint8_t> checkpoint = whole_run(options);
  options.validation_split = 0.3;
  CHECK_THAT(refusal(options, checkpoint),
             ContainsSubstring("validation_split (0.2 there, 0.3 here)"));
  options.validation_split = 0.2;
  options.loss = "hinge";
  options.class_weights = "balanced";
  CHECK_THAT(refusal(options, checkpoint),
             ContainsSubstring("loss (\"softmax_cross_entropy\" there, \"hinge\" here)") &&
                 ContainsSubstring("class_weights (\"\" there, \"balanced\" here)"));
}

TEST_CASE("checkpoint: a model document is compared as a network, whatever it is called") {
  RunOptions options = dropout_run();
  options.architecture = graph_json(find_model("mnist-mlp").build(image, 4));
  options.model = "mine";
  const std::vector<uint8_t> checkpoint = whole_run(options);
  RunOptions other = options;
  other.model = "yours";
  other.architecture = readable_graph_json(document_of(find_model("mnist-mlp").build(image, 4)));
  REQUIRE(other.architecture != options.architecture);
  CHECK(resumed(other, checkpoint)->snapshot()->state == RunState::finished);
  other.architecture = graph_json(find_model("mnist-cnn").build(image, 4));
  CHECK_THAT(refusal(other, checkpoint), ContainsSubstring("architecture"));
  CHECK_THAT(refusal(dropout_run(), checkpoint),
             ContainsSubstring("model (\"mine\" there, \"simple-convnet\" here)"));
}

TEST_CASE("checkpoint: as a model it names its loss") {
  RunOptions options = dropout_run();
  options.loss = "huber";
  options.loss_options = {{"delta", 0.5}};
  const ModelFile model = parse_model(whole_run(options), "run.checkpoint");
  CHECK(trained_loss(model.training, "test")->options() == options.loss_options);
}

TEST_CASE("checkpoint: damaged files and other formats are refused and change nothing") {
  const auto engine = started(dropout_run(), 3);
  const std::vector<uint8_t> good = checkpoint_of(*engine);
  for (const size_t size : {size_t{0}, size_t{7}, size_t{100}, good.size() / 2, good.size() - 1}) {
    INFO(size << " bytes of " << good.size());
    const std::vector<uint8_t> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_THAT(refusal(dropout_run(), cut), ContainsSubstring("some.file"));
  }
  CHECK_THAT(refusal(dropout_run(), model_of(*engine)),
             ContainsSubstring("expected a file written by train --checkpoint"));

  SafeTensors file = parse_safetensors(good, "test");
  std::erase_if(file.tensors, [](const auto& tensor) { return tensor.name.ends_with(".bias"); });
  CHECK_THAT(refusal(dropout_run(), safetensors_bytes(file)),
             ContainsSubstring("lacks the tensor \"conv2d_1.bias\""));
  file = parse_safetensors(good, "test");
  file.tensors[0].shape = {file.tensors[0].shape.elements()};
  CHECK_THAT(refusal(dropout_run(), safetensors_bytes(file)), ContainsSubstring("conv2d_1.kernel"));
  file = parse_safetensors(good, "test");
  std::string& architecture = file.metadata["convlab.architecture"];
  architecture.replace(architecture.find("\"rate\":"), 7, "\"rate\":0");
  CHECK_THAT(refusal(dropout_run(), safetensors_bytes(file)), ContainsSubstring("architecture"));
}

TEST_CASE("checkpoint: an engine without a run has none") {
  const auto engine = make_engine();
  CHECK_THROWS_WITH(checkpoint_of(*engine), ContainsSubstring("configure one first"));
}
