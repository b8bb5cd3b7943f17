#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/class_report.h"
#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/json_lines.h"
#include "cli/model_argument.h"
#include "cli/text.h"
#include "cli/values.h"
#include "core/error.h"
#include "data/catalog.h"
#include "data/loader.h"
#include "engine/run_loss.h"
#include "io/model_file.h"
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
  int64_t top_k = 5;
  bool report = false;
  bool confusion = false;
  std::string json;
};

struct Evaluation {
  Metrics metrics;
  ClassificationMetrics classes;
  double seconds = 0;

  double images_per_second() const { return static_cast<double>(metrics.samples) / seconds; }
};

Evaluation evaluate(Network& network, std::unique_ptr<Loss> loss, const Dataset& dataset,
                    int64_t batch_size, int64_t top_k) {
  Trainer trainer(network, std::move(loss), find_optimizer("sgd").make({}), 0);
  ClassificationSums classes(network.backend(), dataset.classes(), top_k);
  Loader loader(dataset, {.batch = batch_size, .shuffle = false});
  const double start = monotonic_seconds();
  Batch batch;
  while (loader.next(batch)) trainer.evaluate(batch, &classes);
  Evaluation result{trainer.validation().read(), classes.read()};
  result.seconds = std::max(monotonic_seconds() - start, 1e-9);
  return result;
}

/// Top-k accuracy is always 1 if k is at least the number of classes; it is not shown then.
bool shows_top_k(const EvalOptions& options, const Dataset& test) {
  return options.top_k < test.classes();
}

void print(std::FILE* out, const EvalOptions& options, const Dataset& test,
           const Evaluation& result) {
  std::string accuracy = percent(result.metrics.accuracy);
  if (shows_top_k(options, test)) {
    accuracy += concat(", top-", options.top_k, " ", percent(result.classes.top_k_accuracy));
  }
  std::fprintf(out, "%s on %s: test accuracy %s, test loss %s (%s, %s images/s)\n",
               options.model.c_str(), options.data.c_str(), accuracy.c_str(),
               fixed(result.metrics.loss, 4).c_str(),
               with_commas(static_cast<double>(result.metrics.samples), "image").c_str(),
               with_commas(result.images_per_second()).c_str());
  if (options.report)
    std::fprintf(out, "\n%s", class_report(test.class_names(), result.classes).c_str());
  if (options.confusion)
    std::fprintf(out, "\n%s", confusion_table(test.class_names(), result.classes).c_str());
}

nlohmann::ordered_json figures(const EvalOptions& options, const Backend& backend,
                               const Dataset& test, const Evaluation& result) {
  nlohmann::ordered_json json{{"event", "eval"},
                              {"model", options.model},
                              {"data", options.data},
                              {"backend", backend.name()},
                              {"threads", backend.threads()},
                              {"images", result.metrics.samples},
                              {"val_loss", result.metrics.loss},
                              {"val_accuracy", result.metrics.accuracy},
                              {"seconds", result.seconds},
                              {"images_per_second", result.images_per_second()}};
  if (shows_top_k(options, test)) {
    json["top_k"] = options.top_k;
    json["top_k_accuracy"] = result.classes.top_k_accuracy;
  }
  json.update(class_figures(test.class_names(), result.classes));
  return json;
}

int run_eval(const EvalOptions& options) {
  std::vector<NamedFile> inputs = data_files(options.data, options.data_dir);
  inputs.push_back({"--model", options.model});
  check_file_names(inputs, {{"--json", options.json}});
  JsonLines json(options.json);
  find_entry(options.data);
  const std::unique_ptr<Backend> backend = open_backend(options.backend, options.threads);
  ModelFile file = parse_model(read_model_file(options.model), options.model);
  const Dataset test = load_dataset(options.data, options.data_dir).test;
  std::unique_ptr<Loss> loss = trained_loss(file.training, "[model] " + options.model);
  fold_final_activation(file.graph, *loss);
  check_fits(file.graph, test, options.model);
  check_memory(file.graph, *backend,
               {.model = options.model, .batch = options.batch, .eval_images = test.size()});
  Network network(std::move(file.graph), *backend, 0);
  load_weights(network, file);

  const Evaluation result = evaluate(network, std::move(loss), test, options.batch,
                                     std::min(options.top_k, test.classes()));
  std::FILE* out = json.to_stdout() ? stderr : stdout;
  if (!file.training.data.empty() && file.training.data != options.data) {
    std::fprintf(out, "note: this model was trained on %s\n", file.training.data.c_str());
  }
  print(out, options, test, result);
  json.open();
  json.write(figures(options, *backend, test, result));
  return 0;
}

}  // namespace

void add_eval(CLI::App& app, Action& action) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App& command =
      *app.add_subcommand("eval", "Evaluate a saved model on the test images of a data set");
  command
      .add_option("--model", options->model,
                  "Model file written by train --save, --save-best or --checkpoint")
      ->type_name("FILE")
      ->required();
  add_data(command, options->data);
  add_data_dir(command, options->data_dir);
  add_batch(command, options->batch)->description("Batch size: images per forward pass");
  add_threads(command, options->threads);
  add_backend(command, options->backend);
  add_integer(command, "--top-k", options->top_k, 1, 1000,
              "Also report top-K accuracy: the label is among the K most probable classes")
      ->type_name("K");
  command.add_flag("--report", options->report,
                   "Show precision, recall and F1 score of each class");
  command.add_flag(
      "--confusion", options->confusion,
      "Show the confusion matrix: counts by true class (rows) and predicted class (columns)");
  command
      .add_option("--json", options->json,
                  "Write the result as one JSON object to a file, or - for standard output")
      ->type_name("FILE");
  command.footer("Example:\n  convlab eval --model digits.safetensors --data mnist --report");
  command.callback([options, &action] { action = [options] { return run_eval(*options); }; });
}

}  // namespace convlab
