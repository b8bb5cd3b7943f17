#include "train/check_memory.h"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "core/random.h"
#include "data/bytes.h"
#include "loss/loss.h"
#include "nn/registry.h"
#include "train/trainer.h"
#include "zoo/zoo.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Equals;

const Shape image{12, 12, 1};
constexpr int64_t classes = 4;

/// Returns a model of the zoo, a network with (non-trainable) statistics and a frozen layer, or one
/// that reads vectors. "frozen" begins with two frozen convolutions.
Graph graph_of(const std::string& model) {
  if (model == "vector") {
    Graph graph({image.elements()});  // its 144 numbers are channels of the input normalization
    graph.append(make_layer("dense", {{"units", classes}}));
    return graph;
  }
  if (model != "normalized" && model != "frozen") return find_model(model).build(image, classes);
  Graph graph(image);
  if (model == "frozen") {
    for (int i = 0; i < 3; ++i)
      graph.append(make_layer("conv2d", {{"filters", int64_t{20}}, {"kernel", int64_t{3}}}));
    graph.append(make_layer("flatten", {}));
    graph.append(make_layer("dense", {{"units", classes}}));
    graph.set_frozen(0, true);
    graph.set_frozen(1, true);
    return graph;
  }
  graph.append(make_layer("conv2d", {{"filters", int64_t{5}}}));
  graph.append(make_layer("batch_norm", {}));
  graph.append(make_layer("separable_conv2d", {{"filters", int64_t{7}}}));
  graph.append(make_layer("conv_transpose2d", {{"filters", int64_t{3}}}));
  graph.append(make_layer("depthwise_conv2d", {}));
  graph.append(make_layer("flatten", {}));
  graph.append(make_layer("dense", {{"units", classes}}));
  graph.set_frozen(2, true);
  return graph;
}

Batch batch_of(int64_t size) {
  Batch batch;
  batch.images.resize(static_cast<size_t>(size * image.elements()));
  batch.labels.resize(static_cast<size_t>(size));
  return batch;
}

TEST_CASE("memory: the estimate equals the memory allocated after training and evaluation") {
  const UpdateOptions plain;
  const UpdateOptions all{.accumulate = 2, .ema_momentum = 0.9};
  const auto winograd = GENERATE(Winograd::off, Winograd::always);
  for (const BackendKind& kind : available_backends()) {
    for (const char* model :
         {"mnist-mlp", "mnist-cnn", "simple-convnet", "normalized", "vector", "frozen"}) {
      for (const UpdateOptions& update : {plain, all}) {
        INFO(model << " on " << kind.name);
        const auto backend = kind.make(1);
        backend->set_winograd(winograd);
        Graph graph = graph_of(model);
        auto optimizer = find_optimizer("adam").make({});
        const TrainingSize size{.model = model,
                                .batch = 3,
                                .train_images = 100,
                                .eval_images = 100,
                                .states = state_count(*optimizer, update)};
        const uint64_t need = needed_bytes(graph, *backend, size);
        CHECK(backend->memory_use().peak_bytes == 0);

        Network network(std::move(graph), *backend, 1);
        Trainer trainer(network, make_loss("softmax_cross_entropy", {}), std::move(optimizer), 1e-3,
                        update);
        trainer.step(batch_of(3));
        trainer.evaluate(batch_of(3));
        const uint64_t taken = backend->memory_use().bytes;
        CHECK(need <= taken);
        CHECK(need + 64 >= taken);  // metric sums and the gradient norm
      }
    }
  }
}

TEST_CASE("memory: the estimate equals the memory allocated after an evaluation alone") {
  const auto winograd = GENERATE(Winograd::off, Winograd::always);
  for (const BackendKind& kind : available_backends()) {
    for (const char* model : {"mnist-cnn", "simple-convnet", "normalized", "frozen"}) {
      INFO(model << " on " << kind.name);
      const auto backend = kind.make(1);
      backend->set_winograd(winograd);
      Graph graph = graph_of(model);
      const TrainingSize size{.model = model, .batch = 3, .eval_images = 100};
      const uint64_t need = needed_bytes(graph, *backend, size);

      Network network(std::move(graph), *backend, 1, size.use());
      Trainer trainer(network, make_loss("softmax_cross_entropy", {}),
                      find_optimizer("sgd").make({}), 1e-3);
      trainer.evaluate(batch_of(3));
      const uint64_t taken = backend->memory_use().bytes;
      CHECK(need <= taken);
      CHECK(need + 64 >= taken);  // metric sums
    }
  }
}

/// Returns the error for a training of this size if `left` bytes of memory are left.
std::string problem(uint64_t left, const TrainingSize& size) {
  const auto backend = make_backend("", 1, [left] { return left; });
  try {
    check_memory(find_model(size.model).build(image, classes), *backend, size);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("memory: the largest batch that fits is named, and fits") {
  const auto backend = make_backend("", 1);
  const Graph graph = find_model("simple-convnet").build(image, classes);
  TrainingSize size{.model = "simple-convnet",
                    .batch = 5000,
                    .train_images = 60000,
                    .eval_images = 10000,
                    .states = 2};
  const auto need = [&](int64_t batch) {
    size.batch = batch;
    return needed_bytes(graph, *backend, size);
  };
  constexpr int64_t largest = 1234;
  for (const uint64_t left : {need(largest), need(largest + 1) - 1}) {
    size.batch = 5000;
    CHECK_THAT(problem(left, size),
               ContainsSubstring("[memory] simple-convnet needs ") &&
                   ContainsSubstring(" MB to train with a batch of 5000, but ") &&
                   ContainsSubstring(" MB are left; the largest batch that fits is 1234"));
    size.batch = largest;
    CHECK(problem(left, size).empty());
  }
  const uint64_t min = need(1);
  size.batch = 5000;
  CHECK_THAT(problem(min - 1, size),
             ContainsSubstring("; not even a batch of 1 fits, which needs ") &&
                 ContainsSubstring("; try a smaller model"));
  CHECK_THAT(problem(min, size), ContainsSubstring("; the largest batch that fits is "));
}

TEST_CASE("memory: batches are not larger than the data set") {
  TrainingSize size{.model = "mnist-mlp", .batch = 100, .train_images = 100, .eval_images = 10};
  const auto backend = make_backend("", 1);
  const uint64_t need = needed_bytes(find_model("mnist-mlp").build(image, classes), *backend, size);
  size.batch = 100'000;
  CHECK(problem(need, size).empty());
  CHECK_THAT(problem(need - 1, size), ContainsSubstring("a batch of 100000") &&
                                          ContainsSubstring("the largest batch that fits is 99"));
}

TEST_CASE("memory: sizes are whole megabytes; the need is rounded up, the memory left down") {
  const TrainingSize size{.model = "vgg16", .batch = 100'000, .train_images = 1 << 20, .states = 2};
  const auto backend = make_backend("", 1, [] { return (uint64_t{3} << 30U) + 5; });
  const Model& vgg = find_model("vgg16");
  const Graph graph = vgg.build(vgg.image(), vgg.default_classes);
  const uint64_t need = needed_bytes(graph, *backend, size);
  CHECK_THROWS_WITH(
      check_memory(graph, *backend, size),
      ContainsSubstring(fmt::format("vgg16 needs {} MB to train", (need >> 20U) + 1)) &&
          ContainsSubstring("but 3072 MB are left; the largest batch that fits is "));
  CHECK(backend->memory_use().peak_bytes == 0);
}

}  // namespace
}  // namespace convlab
