#include "engine/tasks/bench_suite.h"

#include <algorithm>
#include <bit>

#include "zoo/zoo.h"

namespace convlab {

namespace {

/// Returns the largest power of two up to 128 for which a training step takes at most 200 GFLOP.
int64_t default_batch(const Model& model) {
  constexpr int64_t max_batch = 128;
  constexpr int64_t max_flops = 200'000'000'000;
  const int64_t flops = model.build(model.image(), model.default_classes).training_flops();
  const int64_t fitting = std::clamp<int64_t>(max_flops / flops, 1, max_batch);
  return static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(fitting)));
}

}  // namespace

std::vector<BenchOptions> bench_suite(const BenchOptions& common, int threads) {
  std::vector<BenchOptions> runs;
  const auto add = [&](std::string_view model, int64_t batch, int64_t images, int count) {
    BenchOptions& run = runs.emplace_back(common);
    run.model = model;
    run.batch = batch;
    run.images = images;
    run.threads = count;
  };
  for (const Model& model : models()) {
    const int64_t batch = default_batch(model);
    add(model.name, batch, 0, 1);
    if (threads > 1) add(model.name, batch, 0, threads);
  }
  for (const int64_t batch : {32, 64, 256, 512}) add("simple-convnet", batch, 0, threads);
  for (const int64_t images : {1'000, 60'000}) add("simple-convnet", 128, images, threads);
  return runs;
}

}  // namespace convlab
