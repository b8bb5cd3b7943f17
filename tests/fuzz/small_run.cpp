#include "fuzz/small_run.h"

#include "data/synthetic.h"
#include "nn/registry.h"

namespace convlab {

namespace {

const Shape image{6, 5, 1};
constexpr int64_t classes = 3;

}  // namespace

Graph small_graph() {
  Graph graph(image);
  graph.append(make_layer("conv2d", {{"filters", int64_t{2}}}));
  graph.append(make_layer("batch_norm", {}));
  graph.append(make_layer("relu", {}));
  graph.append(make_layer("flatten", {}));
  graph.append(make_layer("dense", {{"units", classes}}));
  return graph;
}

std::unique_ptr<Run> small_run(Backend& backend) {
  RunOptions options;
  options.data = "synthetic";
  options.model = "small";
  options.batch = 4;
  options.epochs = 3;
  options.schedule = "plateau";
  options.early_stopping = true;
  options.early_stopping_options = {{"patience", int64_t{2}}, {"restore_best_weights", true}};
  return std::make_unique<Run>(
      options, make_synthetic(12, 8, image, classes), small_graph(), backend, [] { return 0.0; },
      nullptr);
}

Bytes small_checkpoint(int advances) {
  const auto backend = make_backend("host", 1);
  const auto run = small_run(*backend);
  run->begin();
  for (int i = 0; i < advances; ++i) run->advance();
  return run->checkpoint();
}

}  // namespace convlab
