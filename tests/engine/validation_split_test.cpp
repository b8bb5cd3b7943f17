// A run that validates on images set aside from the training images.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "data/synthetic.h"
#include "engine/calls.h"
#include "engine/engine.h"

using namespace convlab;
using Catch::Matchers::ContainsSubstring;

namespace {

const Shape image{12, 12, 1};
constexpr int64_t classes = 4;
constexpr int64_t train_size = 80;

RunOptions small_run() {
  RunOptions options;
  options.data = "synthetic";
  options.model = "mnist-mlp";
  options.batch = 16;
  options.epochs = 2;
  options.validation_split = 0.25;
  return options;
}

Engine make_engine(const DatasetSplits& data, int64_t loader_threads = 0) {
  return Engine({.backend = make_backend("", 1),
                 .open_data = [data](const std::string&) { return data; },
                 .now = [] { return 0.0; },
                 .loader_threads = loader_threads});
}

std::shared_ptr<const Snapshot> settle(Engine& engine) {
  for (int i = 0; i < 10000; ++i) {
    if (engine.advance() != Activity::busy) return engine.snapshot();
  }
  FAIL("the engine never came to rest");
  return nullptr;
}

std::shared_ptr<const Snapshot> trained(Engine& engine, const RunOptions& options) {
  engine.send(Subscribe{{"filters"}});
  engine.send(Configure{options});
  engine.send(Start{});
  return settle(engine);
}

/// A data set whose images arrive later.
struct Arriving {
  explicit Arriving(int64_t size) : all(make_synthetic(size, 40, image, classes)) {
    const std::vector<std::string>& names = all.train->class_names();
    train = std::make_shared<MemoryDataset>("synthetic", image, names, size);
    test = std::make_shared<MemoryDataset>("synthetic", image, names, 40);
  }

  /// Appends the images first to last - 1.
  static void append(const Dataset& from, int64_t first, int64_t last, MemoryDataset& to) {
    for (int64_t i = first; i < last; ++i) {
      const auto label = static_cast<uint8_t>(from.label(i));
      to.append(pixels_of(from, i), {&label, 1}, "synthetic");
    }
  }

  DatasetSplits all;
  std::shared_ptr<MemoryDataset> train;
  std::shared_ptr<MemoryDataset> test;
};

void require_equal(const Snapshot& a, const Snapshot& b) {
  REQUIRE(a.history.size() == b.history.size());
  for (size_t i = 0; i < a.history.size(); ++i) {
    CHECK(a.history[i].train_loss == b.history[i].train_loss);
    CHECK(a.history[i].val_loss == b.history[i].val_loss);
    CHECK(a.history[i].val_accuracy == b.history[i].val_accuracy);
  }
  CHECK(a.filters->weights == b.filters->weights);
}

}  // namespace

TEST_CASE("validation split: its images are not trained on, and the test images have no part") {
  DatasetSplits data = make_synthetic(train_size, 40, image, classes);
  Engine engine = make_engine(data);
  const auto snapshot = trained(engine, small_run());
  REQUIRE(snapshot->error.empty());
  CHECK(snapshot->train_images == 60);
  CHECK(snapshot->validation_images == 20);
  CHECK_FALSE(snapshot->validates_on_test);
  CHECK(snapshot->steps_per_epoch == 4);  // three batches of 16 and one of 12
  CHECK(snapshot->step == 8);
  REQUIRE(snapshot->history.size() == 2);

  // Other test images change nothing.
  data.test = make_synthetic_split(40, image, classes, 7);
  Engine other = make_engine(data);
  require_equal(*trained(other, small_run()), *snapshot);

  RunOptions on_test = small_run();
  on_test.validation_split = 0;
  Engine all = make_engine(data);
  const auto whole = trained(all, on_test);
  CHECK(whole->train_images == train_size);
  CHECK(whole->validation_images == 40);
  CHECK(whole->validates_on_test);
  CHECK(whole->steps_per_epoch == 5);
}

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)  // threads are available

TEST_CASE("validation split: loading in threads changes nothing", "[threads]") {
  const DatasetSplits data = make_synthetic(train_size, 40, image, classes);
  Engine plain = make_engine(data);
  Engine ahead = make_engine(data, 3);
  require_equal(*trained(ahead, small_run()), *trained(plain, small_run()));
}

#endif

TEST_CASE("validation split: whoever selects by the test images is told, others are not") {
  const DatasetSplits data = make_synthetic(train_size, 40, image, classes);
  RunOptions options = small_run();
  options.early_stopping = true;
  options.schedule = "plateau";
  Engine engine = make_engine(data);
  engine.send(Configure{options});
  CHECK(settle(engine)->notes.empty());
  options.validation_split = 0;
  engine.send(Configure{options});
  REQUIRE(settle(engine)->notes.size() == 1);
  CHECK_THAT(engine.snapshot()->notes[0], ContainsSubstring("judges by the test images"));
}

TEST_CASE("validation split, balanced class weights: training waits for all training images") {
  RunOptions split = small_run();
  RunOptions balanced = small_run();
  balanced.validation_split = 0;
  balanced.class_weights = "balanced";
  RunOptions both = small_run();
  both.class_weights = "balanced";
  for (const RunOptions& options : {split, balanced, both}) {
    INFO(options.validation_split << options.class_weights);
    const Arriving data(train_size);
    Engine engine = make_engine({.train = data.train, .test = data.test});
    auto snapshot = trained(engine, options);
    CHECK(snapshot->state == RunState::waiting_for_data);
    CHECK(snapshot->steps_per_epoch == (options.validation_split > 0 ? 4 : 5));
    Arriving::append(*data.all.test, 0, 40, *data.test);
    Arriving::append(*data.all.train, 0, 79, *data.train);
    engine.data_arrived();
    snapshot = settle(engine);
    CHECK(snapshot->state == RunState::waiting_for_data);
    CHECK(snapshot->step == 0);
    CHECK(snapshot->train_images_here == 79);
    Arriving::append(*data.all.train, 79, 80, *data.train);
    engine.data_arrived();
    snapshot = settle(engine);
    REQUIRE(snapshot->error.empty());
    CHECK(snapshot->state == RunState::finished);
    Engine at_once = make_engine(data.all);
    require_equal(*snapshot, *trained(at_once, options));
    CHECK(checkpoint_of(engine) == checkpoint_of(at_once));
  }
}

TEST_CASE("class weights: a list does not wait for labels") {
  const Arriving data(4096);
  RunOptions options = small_run();
  options.validation_split = 0;
  options.class_weights = "1, 2, 3, 4";
  Engine engine = make_engine({.train = data.train, .test = data.all.test});
  trained(engine, options);
  Arriving::append(*data.all.train, 0, 2048, *data.train);
  engine.data_arrived();
  const auto snapshot = settle(engine);
  CHECK(snapshot->step == 2048 / 16);
  Engine at_once = make_engine(data.all);
  at_once.send(Configure{options});
  at_once.send(Start{});
  for (int i = 0; i < 2048 / 16; ++i) at_once.advance();
  at_once.send(Pause{});
  at_once.advance();
  REQUIRE(at_once.snapshot()->step == 2048 / 16);
  CHECK(at_once.snapshot()->loss == snapshot->loss);
}

TEST_CASE("validation split: fractions out of range are refused") {
  Engine engine = make_engine(make_synthetic(train_size, 40, image, classes));
  RunOptions options = small_run();
  for (const double fraction : {-0.1, 1.0, std::nan("")}) {
    options.validation_split = fraction;
    CHECK_THAT(refusal_of(engine, Configure{options}),
               ContainsSubstring("option validation_split") && ContainsSubstring("below 1"));
  }
  options.validation_split = 0.001;
  CHECK_THAT(refusal_of(engine, Configure{options}),
             ContainsSubstring("0.001 of 80 training images sets 0 aside"));
}
