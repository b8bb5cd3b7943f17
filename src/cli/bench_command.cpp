#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "backend/system_memory.h"
#include "cli/commands.h"
#include "cli/json_lines.h"
#include "cli/model_argument.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/values.h"
#include "core/error.h"
#include "engine/bench.h"

namespace convlab {

namespace {

void print_table(std::FILE* out, const BenchResult& result) {
  const auto row = [out](const char* name, const std::string& value) {
    std::fprintf(out, "  %-16s %s\n", name, value.c_str());
  };
  std::fprintf(out, "%s, batch %lld, %s, %d %s\n", result.model.c_str(),
               static_cast<long long>(result.batch), result.backend.c_str(), result.threads,
               result.threads == 1 ? "thread" : "threads");
  row("training step", fixed(result.step_ms, 2) + " ms");
  row("images", with_commas(result.images_per_second) + " per second");
  row("arithmetic", fixed(result.gflops, 1) + " GFLOP/s");
  row("matrix product", fixed(result.gemm_peak_gflops, 1) + " GFLOP/s");
  row("efficiency", percent(result.efficiency) + " of the matrix product");
  row("memory", bytes_text(result.peak_memory_bytes) + " at most");
}

// Milliseconds, beside them GFLOP/s where products are most of the work.
Column part(const BenchResult& result, const std::string& title, double LayerTime::* part) {
  Column column{title, Align::right, {}};
  for (const LayerTime& layer : result.layers) {
    const double ms = layer.*part;
    if (ms < 1e-3) {
      column.cells.emplace_back("");
    } else if (layer.gflop == 0) {
      column.cells.push_back(fixed(ms, 2));
    } else {
      column.cells.push_back(fixed(ms, 2) + concat(" (", fixed(layer.gflop / ms * 1e3, 0), ")"));
    }
  }
  return column;
}

void print_layers(std::FILE* out, const BenchResult& result) {
  Column names{"Layer", Align::left, {}};
  Column outputs{"Output", Align::left, {}};
  Column shares{"Step", Align::right, {}};
  for (const LayerTime& layer : result.layers) {
    names.cells.push_back(layer.name);
    outputs.cells.push_back(layer.output);
    shares.cells.push_back(percent(layer.step_ms() / result.step_ms));
  }
  const std::string text =
      table_text({names, outputs, part(result, "Forward", &LayerTime::forward_ms),
                  part(result, "Input gradient", &LayerTime::input_grad_ms),
                  part(result, "Weight gradient", &LayerTime::parameter_grad_ms), shares});
  std::fprintf(out, "\nms (GFLOP/s)\n%s", text.c_str());
}

struct Arguments {
  BenchOptions bench;
  ModelSize size;
  std::string json;
};

int run(const Arguments& arguments) {
  JsonLines json(arguments.json);
  BenchOptions options = arguments.bench;
  options.memory = system_memory_left;
  const BenchResult result =
      run_bench(options, open_model(options.model, arguments.size), monotonic_seconds);
  std::FILE* out = json.to_stdout() ? stderr : stdout;
  print_table(out, result);
  if (options.layers) print_layers(out, result);
  json.open();
  json.write(nlohmann::ordered_json::parse(to_json(result)));
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<Arguments>();
  BenchOptions& bench = arguments->bench;
  CLI::App& command =
      *app.add_subcommand("bench", "Measure a training step beside a matrix product, without data");
  add_model(command, bench.model)->capture_default_str();
  add_model_size(command, arguments->size);
  add_batch(command, bench.batch);
  add_threads(command, bench.threads);
  add_backend(command, bench.backend);
  add_number(command, "--seconds", bench.seconds, 0.01, 3600, "About how long to measure")
      ->type_name("SECONDS")
      ->capture_default_str();
  command.add_flag("--layers", bench.layers, "Also measure the parts of each layer");
  command
      .add_option("--json", arguments->json,
                  "Write the result to a file (- for standard output), as one object")
      ->type_name("FILE");
  command.footer(
      "Example:\n  convlab bench --model simple-convnet --batch 128 --threads 1 --json -");
  command.callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace convlab
