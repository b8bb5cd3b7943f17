#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backend/system_memory.h"
#include "cli/bench_tables.h"
#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/json_lines.h"
#include "cli/model_argument.h"
#include "cli/values.h"
#include "core/error.h"
#include "core/monotonic_seconds.h"
#include "engine/protocol.h"
#include "engine/tasks/bench_suite.h"
#include "engine/tasks/bench_task.h"
#include "optim/optimizer.h"

namespace convlab {

namespace {

struct Arguments {
  BenchOptions bench;
  ModelSize size;
  bool suite = false;
  std::string json;
};

int run_one(const Arguments& arguments, JsonLines& json, std::FILE* out) {
  const BenchOptions& options = arguments.bench;
  BenchTask task(options, open_model(options.model, arguments.size), monotonic_seconds,
                 system_memory_left);
  const auto result = complete<BenchResult>(task);
  print_result(out, result);
  if (options.layers) print_layers(out, result);
  json.open();
  json.write(nlohmann::ordered_json::parse(to_json(result)));
  return 0;
}

// A run that fails, for example because of too little memory, becomes a row with the error.
int run_suite(const Arguments& arguments, JsonLines& json, std::FILE* out) {
  // Checked here, because these errors would otherwise appear in every row.
  find_optimizer(arguments.bench.optimizer);
  make_backend(arguments.bench.backend, 1);
  const std::vector<BenchOptions> runs = bench_suite(arguments.bench, arguments.bench.threads);
  BenchRows rows(out, runs.size(), monotonic_seconds);
  json.open();
  for (const BenchOptions& run : runs) {
    rows.begin(run);
    try {
      BenchTask task(run, bench_graph(run), monotonic_seconds, system_memory_left);
      const auto result = complete<BenchResult>(task);
      rows.end(result);
      json.write(nlohmann::ordered_json::parse(to_json(result)));
    } catch (const std::exception& error) {
      rows.end(run, error.what());
      json.write({{"model", run.model},
                  {"threads", run.threads},
                  {"batch", run.batch},
                  {"error", error.what()}});
    }
  }
  return 0;
}

int run(Arguments arguments) {
  check_file_names({{"--model", arguments.bench.model}}, {{"--json", arguments.json}});
  JsonLines json(arguments.json);
  arguments.bench.threads = resolve_threads(arguments.bench.threads);
  std::FILE* out = json.to_stdout() ? stderr : stdout;
  return arguments.suite ? run_suite(arguments, json, out) : run_one(arguments, json, out);
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<Arguments>();
  BenchOptions& bench = arguments->bench;
  CLI::App& command = *app.add_subcommand(
      "bench", "Measure training speed on random images, compared with a matrix product");
  CLI::Option* model = add_any_model(command, bench.model)->capture_default_str();
  add_model_size(command, arguments->size);
  CLI::Option* batch = add_batch(command, bench.batch);
  command
      .add_option("--optimizer", bench.optimizer,
                  known_names(optimizer_kinds(), &OptimizerKind::kind))
      ->type_name("NAME")
      ->capture_default_str();
  CLI::Option* inference = command.add_flag("--inference", bench.inference,
                                            "Measure evaluation instead of training steps");
  CLI::Option* images =
      add_integer(command, "--images", bench.images, 0, 10'000'000,
                  "Size of the random data set from which batches are drawn; 0: reuse one batch")
          ->type_name("N")
          ->capture_default_str()
          ->excludes(inference);
  add_threads(command, bench.threads);
  add_backend(command, bench.backend);
  add_winograd(command, bench.winograd);
  add_number(command, "--seconds", bench.seconds, 0.01, 3600,
             "Approximate duration of each measurement")
      ->type_name("SECONDS")
      ->capture_default_str();
  CLI::Option* layers = command
                            .add_flag("--layers", bench.layers,
                                      "Also measure the forward and backward pass of each layer")
                            ->excludes(inference);
  command
      .add_flag(
          "--suite", arguments->suite,
          "Measure every model, with one thread and with all, with a batch size for which a "
          "step takes at most seconds; also simple-convnet with other batch sizes and numbers "
          "of images")
      ->excludes(model)
      ->excludes(command.get_option("--input"))
      ->excludes(command.get_option("--classes"))
      ->excludes(batch)
      ->excludes(images)
      ->excludes(layers);
  command
      .add_option("--json", arguments->json,
                  "Write results to a file, or - for standard output, one JSON object per line")
      ->type_name("FILE");
  command.footer(
      "Examples:\n  convlab bench --model simple-convnet --batch 128 --threads 1 --json -\n  "
      "convlab bench --suite --json suite.jsonl");
  command.callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace convlab
