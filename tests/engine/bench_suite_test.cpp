#include "engine/tasks/bench_suite.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "zoo/zoo.h"

namespace convlab {

TEST_CASE(
    "bench suite: every model on one and on all threads, with batches of a few seconds at most") {
  const std::vector<BenchOptions> runs = bench_suite({.optimizer = "sgd", .seconds = 2}, 4);
  for (const Model& model : models()) {
    INFO(model.name);
    std::set<int> threads;
    for (const BenchOptions& run : runs) {
      if (run.model == model.name && run.images == 0) threads.insert(run.threads);
    }
    CHECK(threads == std::set<int>{1, 4});
  }
  for (const BenchOptions& run : runs) {
    CHECK(run.optimizer == "sgd");
    CHECK(run.seconds == 2);
    const Model& model = find_model(run.model);
    const int64_t flops = model.build(model.image(), model.default_classes).training_flops();
    CHECK(run.batch >= 1);
    CHECK(flops * run.batch <= 200'000'000'000);
  }
}

TEST_CASE("bench suite: covers several batch sizes and numbers of images") {
  std::set<int64_t> batches;
  std::set<int64_t> images;
  for (const BenchOptions& run : bench_suite({}, 1)) {
    CHECK(run.threads == 1);
    if (run.model != "simple-convnet") continue;
    batches.insert(run.batch);
    images.insert(run.images);
  }
  CHECK(batches == std::set<int64_t>{32, 64, 128, 256, 512});
  CHECK(images == std::set<int64_t>{0, 1'000, 60'000});
}

}  // namespace convlab
