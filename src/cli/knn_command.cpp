#include <fmt/format.h>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/json_lines.h"
#include "cli/status_line.h"
#include "cli/values.h"
#include "core/error.h"
#include "core/format.h"
#include "core/monotonic_seconds.h"
#include "features/knn.h"
#include "features/open_data.h"

namespace convlab {

namespace {

struct KnnArguments {
  std::string data;
  KnnOptions options;
  std::string metric = "cosine";
  std::string backend;
  int threads = 0;
  std::string json;
};

double accuracy_of(const std::vector<int32_t>& classes, const Dataset& data) {
  int64_t right = 0;
  for (int64_t i = 0; i < data.size(); ++i)
    right += classes[static_cast<size_t>(i)] == data.label(i) ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(data.size());
}

int run_knn(const KnnArguments& arguments) {
  check_file_names({{"--data", arguments.data}}, {{"--json", arguments.json}});
  if (!is_feature_file(arguments.data)) {
    fail("[knn] --data {}: expected features, a .safetensors file that convlab features wrote",
         arguments.data);
  }
  JsonLines json(arguments.json);
  const DatasetSplits data = open_data(arguments.data, {});
  if (data.test->size() == 0) fail("[knn] {} has no validation features", arguments.data);
  const std::unique_ptr<Backend> backend = open_backend(arguments.backend, arguments.threads);
  KnnOptions options = arguments.options;
  options.metric = arguments.metric == "cosine" ? KnnMetric::cosine : KnnMetric::euclidean;
  StatusLine status(json.to_stdout() ? stderr : stdout, monotonic_seconds);
  for (const std::string& note : data.notes) status.line("note: " + note);
  const double start = monotonic_seconds();
  const std::vector<int32_t> classes =
      knn_predict(*data.train, *data.test, options, *backend, [&](double fraction) {
        status.update([&](size_t columns) {
          std::string text = fmt::format("knn {} {:.0f} %", bar_text(fraction), 100 * fraction);
          if (text.size() > columns) text.resize(columns);
          return text;
        });
      });
  const double seconds = monotonic_seconds() - start;
  const double accuracy = accuracy_of(classes, *data.test);
  status.line(fmt::format("{} nearest neighbours ({}) on {}: test accuracy {} ({} by {}, {:.1f} s)",
                          options.k, arguments.metric, arguments.data, percent(accuracy),
                          with_commas(static_cast<double>(data.test->size()), "image"),
                          with_commas(static_cast<double>(data.train->size())), seconds));
  json.open();
  json.write({{"event", "knn"},
              {"data", arguments.data},
              {"k", options.k},
              {"metric", arguments.metric},
              {"backend", backend->name()},
              {"threads", backend->threads()},
              {"images", data.test->size()},
              {"val_accuracy", accuracy},
              {"seconds", seconds}});
  return 0;
}

}  // namespace

void add_knn(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<KnnArguments>();
  CLI::App& command = *app.add_subcommand(
      "knn", "Classify the test images of a file of features by their nearest neighbours");
  command.add_option("--data", arguments->data, "File of convlab features (.safetensors)")
      ->type_name("FILE")
      ->required();
  add_integer(command, "--k", arguments->options.k, 1, 100'000,
              "Number of the nearest training images, each of which votes for its class");
  command
      .add_option("--metric", arguments->metric,
                  "What is near: cosine (a small angle between features) or euclidean (a small "
                  "distance)")
      ->type_name("METRIC")
      ->capture_default_str()
      ->check(CLI::IsMember(std::vector<std::string>(knn_metrics.begin(), knn_metrics.end())));
  add_threads(command, arguments->threads);
  add_backend(command, arguments->backend);
  command
      .add_option("--json", arguments->json,
                  "Write the result as one JSON object to a file, or - for standard output")
      ->type_name("FILE");
  command.footer(
      "Example:\n"
      "  convlab features --backbone squeezenet1.1 --data imagenette --pool avg --out "
      "f.safetensors\n"
      "  convlab knn --data f.safetensors");
  command.callback([arguments, &action] { action = [arguments] { return run_knn(*arguments); }; });
}

}  // namespace convlab
