#include "engine/protocol.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"

using namespace convlab;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Returns a snapshot with no field at its default and array sizes that leave gaps in the block.
Snapshot full_snapshot() {
  Snapshot s;
  s.sequence = 71;
  s.state = RunState::running;
  s.error = "file \"a\\b\" — naïve";
  s.options = {.data = "fashion-mnist",
               .model = "mine",
               .architecture = "{\"input\": [28, 28, 1]}",
               .validation_split = 0.125,
               .loss = "huber",
               .loss_options = {{"delta", 0.5}},
               .class_weights = "1, 2, 0.5",
               .optimizer = "sgd",
               .optimizer_options = {{"momentum", 0.5}, {"nesterov", true}},
               .learning_rate = 0.0625,
               .schedule = "one_cycle",
               .schedule_options = {{"anneal_strategy", std::string("linear")}, {"epochs", 3}},
               .warmup_epochs = 0.5,
               .update_options = {{"accumulate", 4}, {"clip_norm", 1.0}},
               .batch = 32,
               .epochs = 12,
               .seed = std::numeric_limits<uint64_t>::max(),
               .early_stopping = true,
               .early_stopping_options = {{"min_delta", 0.5},
                                          {"monitor", std::string("val_loss")},
                                          {"patience", int64_t{3}},
                                          {"restore_best_weights", true}},
               .time_budget = 7.5};
  s.backend = "xnnpack";
  s.threads = 2;
  s.class_names = {"T-shirt/top", "Trouser", "Zebra"};
  s.features = "vgg16, pool avg";
  s.parameters = 34826;
  s.memory_bytes = uint64_t{5} << 32;
  s.train_images = 60000;
  s.validation_images = 6000;
  s.validates_on_test = false;
  s.train_images_here = 2048;
  s.step = 11;
  s.steps_per_epoch = 469;
  s.epoch = 1;
  s.epochs = 5;
  s.learning_rate = 0.001;
  s.step_learning_rate = 0.0005;
  s.images_per_second = 4321.5;
  s.seconds_left = 17.25;
  s.stop_reason = "no better";
  s.loss = 0.5;
  s.accuracy = 0.75;
  s.train_loss = {{0.5F, 1.0F, 1.5F}, {2.0F, 1.0F, 0.5F}};
  s.train_accuracy = {{0.5F}, {0.25F}};
  s.val_loss = {{1.0F, 2.0F}, {1.5F, 0.75F}};
  s.val_accuracy = {{1.0F}, {0.5F}};
  s.history = {{.epoch = 1,
                .train_loss = 0.375,
                .train_accuracy = 0.625,
                .val_loss = 0.25,
                .val_accuracy = 0.875,
                .learning_rate = 0.25,
                .seconds = 12.5,
                .images_per_second = 4800}};
  s.setup_version = s.curves_version = s.history_version = s.sequence;
  s.samples = {
      {.height = 1, .width = 3, .channels = 1, .pixels = {0, 128, 255, 1, 2, 3}, .labels = {2, 0}},
      s.sequence};
  s.predictions = {{.classes = {2, 1}, .scores = {0.5F, 0.75F}, .are_probabilities = true},
                   s.sequence};
  s.filters = {{.count = 1, .height = 1, .width = 2, .channels = 1, .weights = {-0.5F, 0.5F}},
               s.sequence};
  return s;
}

void require_equal(const Curve& a, const Curve& b) {
  REQUIRE(a.x == b.x);
  REQUIRE(a.y == b.y);
}

/// Returns `text` with the first `from` replaced. Fails if it does not occur, as the test would
/// then check nothing.
std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

EncodedMessage encode_all(const Snapshot& snapshot) {
  SeenParts seen;
  return encode(snapshot, seen);
}

Snapshot decode_alone(std::string_view json, std::span<const uint8_t> block) {
  Snapshot snapshot;
  decode_snapshot(json, block, snapshot);
  return snapshot;
}

void require_refused(const EncodedMessage& encoded, std::string_view from, std::string_view to,
                     const std::string& message) {
  INFO(from << " -> " << to);
  REQUIRE_THROWS_WITH(decode_alone(replaced(encoded.json, from, to), encoded.block),
                      ContainsSubstring(message));
}

}  // namespace

TEST_CASE("protocol: a snapshot is encoded and decoded unchanged, field by field") {
  const Snapshot a = full_snapshot();
  const EncodedMessage encoded = encode_all(a);
  const Snapshot b = decode_alone(encoded.json, encoded.block);
  CHECK(b.sequence == a.sequence);
  CHECK(b.state == a.state);
  CHECK(b.error == a.error);
  CHECK(b.options == a.options);
  CHECK(b.backend == a.backend);
  CHECK(b.threads == a.threads);
  CHECK(b.class_names == a.class_names);
  CHECK(b.features == a.features);
  CHECK(b.parameters == a.parameters);
  CHECK(b.memory_bytes == a.memory_bytes);
  CHECK(b.train_images == a.train_images);
  CHECK(b.validation_images == a.validation_images);
  CHECK(b.validates_on_test == a.validates_on_test);
  CHECK(b.train_images_here == a.train_images_here);
  CHECK(b.step == a.step);
  CHECK(b.steps_per_epoch == a.steps_per_epoch);
  CHECK(b.epoch == a.epoch);
  CHECK(b.epochs == a.epochs);
  CHECK(b.learning_rate == a.learning_rate);
  CHECK(b.step_learning_rate == a.step_learning_rate);
  CHECK(b.images_per_second == a.images_per_second);
  CHECK(b.seconds_left == a.seconds_left);
  CHECK(b.loss == a.loss);
  CHECK(b.accuracy == a.accuracy);
  REQUIRE(b.history.size() == 1);
  CHECK(b.history[0].epoch == 1);
  CHECK(b.history[0].train_loss == a.history[0].train_loss);
  CHECK(b.history[0].train_accuracy == a.history[0].train_accuracy);
  CHECK(b.history[0].val_loss == a.history[0].val_loss);
  CHECK(b.history[0].val_accuracy == a.history[0].val_accuracy);
  CHECK(b.history[0].learning_rate == a.history[0].learning_rate);
  CHECK(b.history[0].seconds == a.history[0].seconds);
  CHECK(b.history[0].images_per_second == a.history[0].images_per_second);
  require_equal(b.train_loss, a.train_loss);
  require_equal(b.train_accuracy, a.train_accuracy);
  require_equal(b.val_loss, a.val_loss);
  require_equal(b.val_accuracy, a.val_accuracy);
  CHECK(b.samples->height == a.samples->height);
  CHECK(b.samples->width == a.samples->width);
  CHECK(b.samples->channels == a.samples->channels);
  CHECK(b.samples->pixels == a.samples->pixels);
  CHECK(b.samples->labels == a.samples->labels);
  CHECK(b.predictions->classes == a.predictions->classes);
  CHECK(b.predictions->scores == a.predictions->scores);
  CHECK(b.filters->count == a.filters->count);
  CHECK(b.filters->height == a.filters->height);
  CHECK(b.filters->width == a.filters->width);
  CHECK(b.filters->channels == a.filters->channels);
  CHECK(b.filters->weights == a.filters->weights);
  CHECK(encode_all(b).json == encoded.json);
  CHECK(encode_all(b).block == encoded.block);
}

TEST_CASE("protocol: an empty snapshot has an empty block") {
  const EncodedMessage encoded = encode_all(Snapshot{});
  CHECK(encoded.block.empty());
  CHECK(decode_alone(encoded.json, encoded.block).state == RunState::empty);
}

TEST_CASE("protocol: NaN and infinity become null, which is decoded as NaN") {
  Snapshot s = full_snapshot();
  s.loss = std::numeric_limits<double>::quiet_NaN();
  s.history[0].val_loss = std::numeric_limits<double>::infinity();
  s.train_loss.y[1] = std::numeric_limits<float>::quiet_NaN();
  const EncodedMessage encoded = encode_all(s);
  CHECK_THAT(encoded.json, ContainsSubstring("\"loss\":null"));
  CHECK_THAT(encoded.json, !ContainsSubstring("nan") && !ContainsSubstring("inf"));
  const Snapshot back = decode_alone(encoded.json, encoded.block);
  CHECK(std::isnan(back.loss));
  CHECK(std::isinf(back.history[0].val_loss));  // an array keeps it
  CHECK(std::isnan(back.train_loss.y[1]));
}

TEST_CASE("protocol: the history of 100,000 epochs stays within the limits of the decoder") {
  Snapshot snapshot;
  snapshot.sequence = snapshot.history_version = 1;
  snapshot.history.resize(100'000);
  for (size_t i = 0; i < snapshot.history.size(); ++i) {
    snapshot.history[i].epoch = static_cast<int64_t>(i) + 1;
    snapshot.history[i].train_loss = 1.0 / static_cast<double>(i + 1);
  }
  const EncodedMessage encoded = encode_all(snapshot);
  CHECK(encoded.json.size() < 10'000);
  const Snapshot back = decode_alone(encoded.json, encoded.block);
  REQUIRE(back.history.size() == snapshot.history.size());
  CHECK(back.history.back().train_loss == snapshot.history.back().train_loss);
  CHECK(back.history.back().epoch == 100'000);
}

TEST_CASE("protocol: a message holds only what has changed, and the receiver keeps the rest") {
  Snapshot sent = full_snapshot();
  Samples large = *sent.samples;
  large.labels.resize(30, 1);
  large.pixels.resize(size_t{30} * 224 * 224 * 3, 9);
  large.height = large.width = 224;
  large.channels = 3;
  sent.samples = {std::move(large), sent.sequence};
  SeenParts seen;
  Snapshot got;
  const auto pass = [&] {
    const EncodedMessage message = encode(sent, seen);
    decode_snapshot(message.json, message.block, got);
    CHECK(got.sequence == sent.sequence);
    CHECK(got.samples->pixels == sent.samples->pixels);
    CHECK(got.history == sent.history);
    CHECK(got.train_loss == sent.train_loss);
    CHECK(got.options == sent.options);
    return message;
  };
  CHECK(pass().block.size() > 4'000'000);
  ++sent.sequence;
  sent.loss = 0.25;
  EncodedMessage message = pass();
  CHECK(message.json.size() + message.block.size() <= 4096);
  CHECK(message.block.empty());

  // Two new epochs alone are sent, then other curves, then a new run.
  ++sent.sequence;
  sent.history.resize(3, sent.history[0]);
  sent.history[1].epoch = 2;
  sent.history[2].epoch = 3;
  message = pass();
  CHECK_THAT(message.json, ContainsSubstring("\"first\":1"));
  CHECK(message.block.size() == 2 * 7 * sizeof(double));
  sent.curves_version = ++sent.sequence;
  sent.train_loss.y[0] = 7;
  pass();
  sent.history_version = sent.setup_version = ++sent.sequence;
  sent.history.resize(1);
  sent.options.model = "other";
  message = pass();
  CHECK_THAT(message.json, ContainsSubstring("\"first\":0"));

  // A message that does not follow on the one before changes nothing.
  Snapshot late;
  CHECK_THROWS_WITH(
      decode_snapshot(replaced(message.json, "\"first\":0", "\"first\":2"), message.block, late),
      ContainsSubstring("begins with epoch 2, but only 0 are known"));
  CHECK(late.sequence == 0);
}

TEST_CASE("protocol: text that is not UTF-8 does not stop a snapshot") {
  Snapshot s;
  s.error = "cannot read \xff\xfe.gz";
  const EncodedMessage encoded = encode_all(s);
  CHECK_THAT(decode_alone(encoded.json, encoded.block).error, ContainsSubstring("cannot read"));
}

TEST_CASE("protocol: a truncated snapshot is refused at every length") {
  const EncodedMessage encoded = encode_all(full_snapshot());
  for (size_t length = 0; length < encoded.json.size(); ++length) {
    REQUIRE_THROWS_AS(decode_alone(std::string_view(encoded.json).substr(0, length), encoded.block),
                      Error);
  }
  for (size_t length = 0; length < encoded.block.size(); ++length) {
    REQUIRE_THROWS_AS(decode_alone(encoded.json, std::span(encoded.block).first(length)), Error);
  }
}

TEST_CASE("protocol: invalid snapshots are refused with a reason") {
  const EncodedMessage good = encode_all(full_snapshot());
  CHECK_THROWS_WITH(decode_alone("[1, 2]", {}), ContainsSubstring("must be an object"));
  CHECK_THROWS_WITH(decode_alone("{}", {}), ContainsSubstring("lacks the field 'protocol'"));
  CHECK_THROWS_WITH(decode_alone(std::string((8 << 20) + 1, ' '), {}),
                    ContainsSubstring("expected at most 8388608"));
  require_refused(good, "\"protocol\":4", "\"protocol\":3",
                  "has protocol version 3; expected 4. Files of different versions");
  CHECK_THROWS_WITH(decode_alone(std::string(1 << 19, '['), {}), ContainsSubstring("deep"));
  require_refused(good, "\"step\":11", "\"stop\":11", "lacks the field 'step'");
  require_refused(good, "\"step\":11", "\"step\":11,\"zeal\":1", "unknown field 'zeal'");
  require_refused(good, "\"step\":11", "\"step\":-1", "whole number");
  require_refused(good, "\"step\":11", "\"step\":1.5", "whole number");
  require_refused(good, "\"step\":11", "\"step\":9223372036854775808", "whole number");
  require_refused(good, "\"loss\":0.5", "\"loss\":\"low\"", "finite number or null");
  require_refused(good, "\"loss\":0.5", "\"loss\":1e999", "not JSON");
  require_refused(good, "\"state\":\"running\"", "\"state\":\"flying\"",
                  "known are: empty, ready, waiting_for_data");
  require_refused(good, "\"Zebra\"", "7", "must be a string");
}

TEST_CASE("protocol: arrays must lie in the block and have matching sizes") {
  const EncodedMessage good = encode_all(full_snapshot());
  require_refused(good, "\"type\":\"u8\"", "\"type\":\"f32\"", "must be 'u8'");
  require_refused(good, "\"offset\":12,", "\"offset\":2,", "multiple of 4");
  require_refused(good, "\"offset\":12,", "\"offset\":4294967292,", "beyond the block");
  require_refused(good, "\"offset\":12,", "\"offset\":18446744073709551612,", "beyond the block");
  require_refused(good, "\"offset\":12,", "\"offset\":-4,", "whole number");
  require_refused(good, "\"count\":6}", "\"count\":18446744073709551615}", "beyond the block");
  require_refused(good, "\"count\":6}", "\"count\":5}",
                  "expected 2 images of 1 x 3 x 1, found 5 elements");
  require_refused(good, "\"count\":3}", "\"count\":2}", "x and");
  require_refused(good, "\"width\":3", "\"width\":9223372036854775807", "expected 2 images of");
  require_refused(good, "\"width\":3", "\"width\":0", "expected 2 images of");
}

namespace {

/// Calls `check` with a default value of each alternative of the variant.
template <class Check, class... T>
void for_each_kind(const std::variant<T...>*, const Check& check) {
  (check(T{}), ...);
}

Request decoded(const std::string& json) { return decode_request(json, {}).request; }

/// A request in JSON with the fields `fields`.
std::string json_of(const std::string& fields) { return R"({"protocol": 4, )" + fields + "}"; }

}  // namespace

TEST_CASE("protocol: every request and every reply is encoded and decoded unchanged") {
  for_each_kind(static_cast<Request*>(nullptr), [](const auto& kind) {
    INFO(kind.name);
    const EncodedMessage encoded = encode(Request(kind), 9);
    const IdentifiedRequest back = decode_request(encoded.json, encoded.block);
    CHECK(back.id == 9);
    CHECK(back.request.index() == Request(kind).index());
    CHECK(encode(back.request, 9).json == encoded.json);
  });
  for_each_kind(static_cast<Result*>(nullptr), [](const auto& kind) {
    INFO(kind.name);
    const EncodedMessage encoded = encode(Reply{.id = 9, .result = kind});
    const Reply back = decode_reply(encoded.json, encoded.block);
    CHECK(back.id == 9);
    CHECK(back.error.empty());
    CHECK(back.result.index() == Result(kind).index());
    CHECK(encode(back).json == encoded.json);
  });
}

TEST_CASE("protocol: requests and replies keep their fields and blocks") {
  const RunOptions options = full_snapshot().options;
  const LoadModel load{.source = "m.safetensors", .file = {1, 2, 3, 4, 5}, .options = options};
  const EncodedMessage encoded = encode(Request(load), 1);
  const auto back = std::get<LoadModel>(decode_request(encoded.json, encoded.block).request);
  CHECK(back.source == load.source);
  CHECK(back.file == load.file);
  CHECK(back.options == options);
  CHECK_THROWS_WITH(decode_request(encoded.json, {}), ContainsSubstring("beyond the block"));
  CHECK(encode(Start{}, 3).json == R"({"protocol":4,"id":3,"request":"start"})");

  ModelDescription model{.model = "m", .input = {28, 28, 1}, .parameters = 7};
  model.layers = {{.name = "a", .kind = "relu", .inputs = {"input"}, .output = {28, 28, 1}},
                  {.name = "b", .kind = "add", .inputs = {"a", "input"}, .output = {28, 28, 1}}};
  const EncodedMessage reply = encode(Reply{.id = 4, .result = model});
  const auto described = std::get<ModelDescription>(decode_reply(reply.json, reply.block).result);
  CHECK(described.input == model.input);
  REQUIRE(described.layers.size() == 2);
  CHECK(described.layers[1].inputs == model.layers[1].inputs);

  const EncodedMessage failed = encode(Reply{.id = 5, .error = "no", .kind = ErrorKind::cancelled});
  CHECK(failed.json == R"({"protocol":4,"id":5,"error":"no","kind":"cancelled"})");
  CHECK(decode_reply(failed.json, failed.block).kind == ErrorKind::cancelled);
}

TEST_CASE("protocol: a result as JSON alone holds its arrays") {
  const Evaluation result{.images = 3, .support = {1, 2}};
  CHECK_THAT(to_json(result), ContainsSubstring(R"("support":[1,2])"));
}

TEST_CASE("protocol: omitted options keep their defaults") {
  const Request request = decoded(json_of(R"("request": "configure", "options": {"epochs": 3})"));
  RunOptions expected;
  expected.epochs = 3;
  CHECK(std::get<Configure>(request).options == expected);
  CHECK(std::get<Configure>(decoded(json_of(R"("request": "configure")"))).options == RunOptions{});
}

TEST_CASE("protocol: options keep the type of each value") {
  const auto read = [](const std::string& options) {
    const Request request = decoded(
        json_of(R"("request": "configure", "options": {"optimizer_options": )" + options + "}"));
    return std::get<Configure>(request).options.optimizer_options;
  };
  CHECK(read(R"({"a": true, "b": 2, "c": 2.0, "d": "x", "e": -3})") ==
        Options{{"a", true}, {"b", 2}, {"c", 2.0}, {"d", std::string("x")}, {"e", -3}});
  CHECK(read("{}").empty());
  CHECK_THROWS_WITH(read("[1]"), ContainsSubstring("optimizer_options must be an object"));
  for (const char* bad : {"null", "[1]", "{}"}) {
    CHECK_THROWS_WITH(read(R"({"a": )" + std::string(bad) + "}"), ContainsSubstring("true, false"));
  }
}

TEST_CASE("protocol: an invalid request is refused with a reason") {
  const auto refused = [](const std::string& fields, const std::string& message) {
    CHECK_THROWS_WITH(decoded(json_of(fields)), ContainsSubstring(message));
  };
  CHECK_THROWS_WITH(decoded("start"), ContainsSubstring("not JSON"));
  CHECK_THROWS_WITH(decoded("{}"), ContainsSubstring("protocol version 0; expected 4"));
  refused(R"("request": "fly")", "unknown request 'fly'; known are: configure, start, pause, step");
  refused(R"("id": 3)", "known are: configure");
  refused(R"("id": -3, "request": "start")", "request.id");
  refused(R"("request": "start", "speed": 2)", "unknown field 'speed'");
  refused(R"("request": "configure", "options": {"colour": 1})", "unknown field 'colour'");
  refused(R"("request": "configure", "options": {"batch": -1})", "options.batch");
  refused(R"("request": "set_learning_rate", "learning_rate": "x")", "finite number");
  refused(R"("request": "describe_model", "image": 3)", "an array of at most 6 numbers");
  refused(R"("request": "describe_model", "image": [1, 2, 3, 4, 5, 6, 7])", "at most 6 numbers");
  refused(R"("request": "describe_model", "image": [1, -2])", "whole number");
}
