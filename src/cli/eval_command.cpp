#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "backend/system_memory.h"
#include "cli/commands.h"
#include "cli/json_lines.h"
#include "cli/text.h"
#include "cli/values.h"
#include "data/catalog.h"
#include "data/file.h"
#include "data/loader.h"
#include "io/model_file.h"
#include "loss/loss.h"
#include "optim/optimizer.h"
#include "train/check_fits.h"
#include "train/check_memory.h"
#include "train/trainer.h"

namespace convlab {

namespace {

struct EvalOptions {
  std::string model;
  std::string data;
  std::string data_dir;
  std::string backend;
  int threads = 0;
  int64_t batch = 128;
  std::string json;
};

Metrics evaluate(Network& network, const Dataset& dataset, int64_t batch_size) {
  Trainer trainer(network, make_loss("softmax_cross_entropy", {}), find_optimizer("sgd").make({}),
                  0);
  Loader loader(dataset, {.batch = batch_size, .shuffle = false});
  Batch batch;
  while (loader.next(batch)) trainer.evaluate(batch);
  return trainer.validation().read();
}

int run_eval(const EvalOptions& options) {
  JsonLines json(options.json);
  find_entry(options.data);
  const std::unique_ptr<Backend> backend =
      make_backend(options.backend, options.threads, system_memory_left);
  ModelFile file = parse_model(read_file(options.model), options.model);
  const Dataset test = load_dataset(options.data, options.data_dir).test;
  check_fits(file.graph, test, options.model);
  check_memory(file.graph, *backend,
               {.model = options.model, .batch = options.batch, .eval_images = test.size()});
  Network network(std::move(file.graph), *backend, 0);
  load_weights(network, file);

  const double start = monotonic_seconds();
  const Metrics metrics = evaluate(network, test, options.batch);
  const double seconds = std::max(monotonic_seconds() - start, 1e-9);
  const double images_per_second = static_cast<double>(metrics.samples) / seconds;

  std::FILE* out = json.to_stdout() ? stderr : stdout;
  if (!file.training.data.empty() && file.training.data != options.data) {
    std::fprintf(out, "note: this model was trained on %s\n", file.training.data.c_str());
  }
  std::fprintf(out, "%s on %s: test accuracy %s, test loss %s (%s images, %s images/s)\n",
               options.model.c_str(), options.data.c_str(), percent(metrics.accuracy).c_str(),
               fixed(metrics.loss, 4).c_str(),
               with_commas(static_cast<double>(metrics.samples)).c_str(),
               with_commas(images_per_second).c_str());
  json.open();
  json.write({{"event", "eval"},
              {"model", options.model},
              {"data", options.data},
              {"backend", backend->name()},
              {"threads", backend->threads()},
              {"images", metrics.samples},
              {"val_loss", metrics.loss},
              {"val_accuracy", metrics.accuracy},
              {"seconds", seconds},
              {"images_per_second", images_per_second}});
  return 0;
}

}  // namespace

void add_eval(CLI::App& app, Action& action) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App& command =
      *app.add_subcommand("eval", "Say how well a saved model does on a data set's test images");
  command.add_option("--model", options->model, "A file that train --save wrote")
      ->type_name("FILE")
      ->required();
  add_data(command, options->data);
  add_data_dir(command, options->data_dir);
  add_batch(command, options->batch)->description("Images per pass");
  add_threads(command, options->threads);
  add_backend(command, options->backend);
  command
      .add_option("--json", options->json,
                  "Write the result to a file (- for standard output), as one object")
      ->type_name("FILE");
  command.footer("Example:\n  convlab eval --model digits.safetensors --data mnist");
  command.callback([options, &action] { action = [options] { return run_eval(*options); }; });
}

}  // namespace convlab
