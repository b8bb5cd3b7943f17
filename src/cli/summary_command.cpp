#include <cstdio>
#include <memory>

#include "backend/backend.h"
#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/model_argument.h"
#include "cli/summary_table.h"
#include "cli/values.h"
#include "engine/describe_model.h"
#include "io/graph_dot.h"
#include "io/graph_json.h"
#include "io/write_file.h"

namespace convlab {

namespace {

struct SummaryOptions {
  std::string model;
  ModelSize size;
  int64_t batch = 128;
  std::string backend;
  int threads = 0;
  bool dot = false;
  std::string json;
};

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int run_summary(const SummaryOptions& options) {
  check_file_names({{"--model", options.model}}, {{"--json", options.json}});
  const Graph graph = open_model(options.model, options.size);
  if (options.dot) {
    print(graph_dot(graph, options.model));
    return 0;
  }
  if (options.json == "-") {
    print(readable_graph_json(document_of(graph)));
    return 0;
  }
  const std::unique_ptr<Backend> backend = open_backend(options.backend, options.threads);
  print(summary_table(describe_model(graph, options.model, *backend, options.batch)));
  if (!options.json.empty()) {
    const std::string document = readable_graph_json(document_of(graph));
    write_file(options.json, {reinterpret_cast<const uint8_t*>(document.data()), document.size()});
  }
  return 0;
}

}  // namespace

void add_summary(CLI::App& app, Action& action) {
  auto options = std::make_shared<SummaryOptions>();
  CLI::App& command =
      *app.add_subcommand("summary", "Show a model's layers, parameters, FLOPs and memory");
  add_any_model(command, options->model)->required();
  add_model_size(command, options->size);
  add_batch(command, options->batch)->description("Batch size for which memory is shown");
  add_threads(command, options->threads);
  add_backend(command, options->backend);
  CLI::Option* dot = command.add_flag("--dot", options->dot,
                                      "Print the network in Graphviz format instead of the table");
  command
      .add_option(
          "--json", options->json,
          "Also write the model as JSON to a file, to be edited and passed to train --model; "
          "- prints it instead of the table")
      ->type_name("FILE")
      ->excludes(dot);
  command.footer(
      "Examples:\n  convlab summary --model lenet5\n"
      "  convlab summary --model mnist-cnn --dot | dot -Tsvg > mnist-cnn.svg\n"
      "  convlab summary --model mnist-cnn --json my.json");
  command.callback([options, &action] { action = [options] { return run_summary(*options); }; });
}

}  // namespace convlab
