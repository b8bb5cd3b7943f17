#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "backend/processors.h"
#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/json_lines.h"
#include "cli/loss_options.h"
#include "cli/model_argument.h"
#include "cli/optimizer_options.h"
#include "cli/progress.h"
#include "cli/text.h"
#include "cli/text_chart.h"
#include "cli/values.h"
#include "core/counted.h"
#include "core/monotonic_seconds.h"
#include "engine/engine.h"
#include "engine/protocol.h"
#include "engine/run_loss.h"
#include "features/open_data.h"

namespace convlab {

namespace {

struct Arguments {
  FindLearningRate request;
  std::string model;              ///< as given
  std::vector<NamedFile> inputs;  ///< files that were read with the options
  std::string data_dir;
  std::string backend;
  int threads = 0;
  std::string json;
};

/// Formats with two significant digits, the precision of a range test: 0.00213796 is "0.0021".
std::string short_number(double value) { return fmt::format("{:.2g}", value); }

bool has_suggestion(const LearningRates& result) { return !std::isnan(result.suggestion); }

void print(std::FILE* out, const Arguments& arguments, const LearningRates& result) {
  const RunOptions& run = arguments.request.options;
  std::string text = fmt::format(
      "Loss over the learning rate (smoothed): {} on {}, {}, {} of {}\n\n", run.model, run.data,
      run.optimizer, counted(result.rates.size(), "step"), counted(run.batch, "image"));
  if (!result.rates.empty()) {
    // The chart ends at 1.2 times the first loss; above, it would show only the divergence.
    constexpr double above_first = 1.2;
    constexpr size_t width = 70;
    constexpr size_t height = 16;
    text += text_chart(result.rates, result.smoothed, above_first * result.smoothed.front(),
                       has_suggestion(result) ? result.suggestion : 0, width, height);
  }
  if (has_suggestion(result)) {
    text += "\nSuggestion: --lr " + short_number(result.suggestion) +
            ", where the loss falls fastest\n";
  } else {
    text += "\nNo suggestion: the loss does not fall; try --from, --to or more --steps\n";
  }
  std::fputs(text.c_str(), out);
}

int run(Arguments arguments) {
  RunOptions& options = arguments.request.options;
  set_model(options, arguments.model);
  make_loss(options);
  check_optimizer_options(options);
  std::vector<NamedFile> inputs = data_files(options.data, arguments.data_dir);
  inputs.push_back({"--model", arguments.model});
  inputs.insert(inputs.end(), arguments.inputs.begin(), arguments.inputs.end());
  check_file_names(inputs, {{"--json", arguments.json}});
  JsonLines json(arguments.json);
  Engine engine(
      {.backend = open_backend(arguments.backend, arguments.threads),
       .open_data = [&](const std::string& name) { return open_data(name, arguments.data_dir); },
       .now = monotonic_seconds,
       .loader_threads = usable_threads(arguments.threads)});
  std::FILE* out = json.to_stdout() ? stderr : stdout;
  Progress progress(out, monotonic_seconds);
  const auto result = engine.call<LearningRates>(
      arguments.request, [&](const Snapshot& snapshot) { progress.update(snapshot); });
  progress.clear();
  print(out, arguments, result);
  json.open();
  json.write(nlohmann::ordered_json::parse(to_json(result)));
  return 0;
}

}  // namespace

void add_lr_find(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<Arguments>();
  FindLearningRate& test = arguments->request;
  RunOptions& run_options = test.options;
  CLI::App& command = *app.add_subcommand(
      "lr-find",
      "Find a learning rate: train briefly while increasing the rate and watch the loss");
  add_model(command, arguments->model)->required();
  add_data(command, run_options.data);
  add_image_size(command, run_options.image_size);
  add_resize(command, run_options.resize);
  add_data_dir(command, arguments->data_dir);
  add_batch(command, run_options.batch);
  add_number(command, "--from", test.first_rate, 1e-12, 1e9, "Learning rate of the first step")
      ->type_name("RATE")
      ->capture_default_str();
  add_number(command, "--to", test.last_rate, 1e-12, 1e9, "Learning rate of the last step")
      ->type_name("RATE")
      ->capture_default_str();
  add_integer(command, "--steps", test.steps, 2, 1000000, "Maximum number of training steps");
  add_loss(command, run_options, arguments->inputs);
  add_optimizer(command, run_options);
  add_seed(command, run_options.seed);
  add_threads(command, arguments->threads);
  add_backend(command, arguments->backend);
  command
      .add_option("--json", arguments->json,
                  "Write the result as one JSON object to a file, or - for standard output")
      ->type_name("FILE");
  command.footer(loss_options_help() +
                 "\nExample:\n  convlab lr-find --model mnist-cnn --data mnist");
  command.callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace convlab
