#include <fmt/format.h>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "backend/processors.h"
#include "cli/class_report.h"
#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/json_lines.h"
#include "cli/model_argument.h"
#include "cli/progress.h"
#include "cli/values.h"
#include "core/counted.h"
#include "core/format.h"
#include "core/monotonic_seconds.h"
#include "data/catalog.h"
#include "data/selected_dataset.h"
#include "engine/engine.h"
#include "features/open_data.h"

namespace convlab {

namespace {

struct EvalOptions {
  std::string model;
  std::string data;
  std::string data_dir;
  std::string backend;
  std::string winograd = "auto";
  int threads = 0;
  int64_t batch = 128;
  int64_t top_k = 5;
  bool report = false;
  bool confusion = false;
  std::string json;
};

double images_per_second(const Evaluation& result) {
  return static_cast<double>(result.images) / std::max(result.seconds, 1e-9);
}

/// Top-k accuracy is always 1 if k is at least the number of classes; it is not shown then.
bool shows_top_k(const Evaluation& result) {
  return result.top_k < static_cast<int64_t>(result.class_names.size());
}

void print(std::FILE* out, const EvalOptions& options, const Evaluation& result) {
  std::string accuracy = percent(result.accuracy);
  if (shows_top_k(result))
    accuracy += fmt::format(", top-{} {}", result.top_k, percent(result.top_k_accuracy));
  std::string text = fmt::format("{} on {}: test accuracy {}, test loss {} ({}, {} images/s)\n",
                                 options.model, options.data, accuracy, loss_text(result.loss),
                                 with_commas(static_cast<double>(result.images), "image"),
                                 with_commas(images_per_second(result)));
  if (result.unreadable > 0) {
    text += fmt::format("{} cannot be read and left out: convlab datasets inspect names them\n",
                        counted(result.unreadable, "image"));
  }
  if (options.report) text += "\n" + class_report(result);
  if (options.confusion) text += "\n" + confusion_table(result);
  std::fputs(text.c_str(), out);
}

nlohmann::ordered_json figures(const EvalOptions& options, const Snapshot& snapshot,
                               const Evaluation& result) {
  nlohmann::ordered_json json{{"event", "eval"},
                              {"model", options.model},
                              {"data", options.data},
                              {"backend", snapshot.backend},
                              {"threads", snapshot.threads},
                              {"images", result.images},
                              {"unreadable", result.unreadable},
                              {"val_loss", result.loss},
                              {"val_accuracy", result.accuracy},
                              {"seconds", result.seconds},
                              {"images_per_second", images_per_second(result)}};
  if (shows_top_k(result)) {
    json["top_k"] = result.top_k;
    json["top_k_accuracy"] = result.top_k_accuracy;
  }
  json.update(class_figures(result));
  return json;
}

/// The test images alone, so that nothing is allocated for training.
DatasetSplits test_images(const std::string& name, const std::string& data_dir) {
  DatasetSplits splits = open_data(name, data_dir);
  splits.train = select(splits.test, {});
  return splits;
}

int run_eval(const EvalOptions& options) {
  std::vector<NamedFile> inputs = data_files(options.data, options.data_dir);
  inputs.push_back({"--model", options.model});
  check_file_names(inputs, {{"--json", options.json}});
  JsonLines json(options.json);
  if (!is_data_path(options.data)) find_entry(options.data);
  Engine engine(
      {.backend = open_backend(options.backend, options.threads, options.winograd),
       .open_data = [&](const std::string& name) { return test_images(name, options.data_dir); },
       .now = monotonic_seconds,
       .loader_threads = usable_threads(options.threads)});
  RunOptions run;
  run.data = options.data;
  run.batch = options.batch;
  run.optimizer = "sgd";  // needs no memory
  engine.call<Configured>(LoadModel{options.model, read_model_file(options.model), run});
  Progress progress(json.to_stdout() ? stderr : stdout, monotonic_seconds);
  const auto result = engine.call<Evaluation>(
      Evaluate{options.top_k}, [&](const Snapshot& snapshot) { progress.update(snapshot); });
  const auto snapshot = engine.snapshot();
  for (const std::string& note : snapshot->notes) progress.line("note: " + note);
  print(json.to_stdout() ? stderr : stdout, options, result);
  json.open();
  json.write(figures(options, *snapshot, result));
  return 0;
}

}  // namespace

void add_eval(CLI::App& app, Action& action) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App& command =
      *app.add_subcommand("eval", "Evaluate a saved model on the test images of a data set");
  add_model_file(command, options->model);
  add_data(command, options->data);
  add_data_dir(command, options->data_dir);
  add_batch(command, options->batch)->description("Batch size: images per forward pass");
  add_threads(command, options->threads);
  add_backend(command, options->backend);
  add_winograd(command, options->winograd);
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
