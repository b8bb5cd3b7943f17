#include <fmt/format.h>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/json_lines.h"
#include "cli/model_argument.h"
#include "cli/values.h"
#include "core/error.h"
#include "core/format.h"
#include "data/file.h"
#include "data/image_decoder.h"
#include "engine/engine.h"

namespace convlab {

namespace {

struct PredictOptions {
  std::string model;
  std::vector<std::string> images;
  std::string backend;
  int threads = 0;
  int64_t top_k = 3;
  std::string json;
};

/// Returns the classes, the one with the largest score first.
std::vector<size_t> by_score(const Prediction& prediction) {
  std::vector<size_t> order(prediction.scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return prediction.scores[a] > prediction.scores[b]; });
  return order;
}

/// "cat.jpg: cat 97.21 %, dog 2.10 %, deer 0.31 %"
std::string line_of(const std::string& image, const Prediction& prediction, int64_t top_k) {
  std::string text = image + ":";
  const std::vector<size_t> order = by_score(prediction);
  for (size_t i = 0; i < std::min(order.size(), static_cast<size_t>(top_k)); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? " " : ", ", prediction.class_names[order[i]],
                        score_text(prediction.scores[order[i]], prediction.are_probabilities));
  }
  return text;
}

nlohmann::ordered_json event_of(const std::string& image, const Prediction& prediction) {
  return {{"event", "prediction"},
          {"image", image},
          {"class", prediction.best},
          {"class_name", prediction.class_names[static_cast<size_t>(prediction.best)]},
          {"class_names", prediction.class_names},
          {"scores", prediction.scores},
          {"are_probabilities", prediction.are_probabilities}};
}

/// Predicts an image, or reports why it cannot, and returns whether it could.
bool predict(Engine& engine, const PredictOptions& options, const std::string& image,
             JsonLines& json) {
  try {
    const auto prediction = engine.call<Prediction>(
        Predict{{.source = image, .file = read_file(image, max_image_file_bytes)}});
    std::fprintf(json.to_stdout() ? stderr : stdout, "%s\n",
                 line_of(image, prediction, options.top_k).c_str());
    json.write(event_of(image, prediction));
    return true;
  } catch (const Error& error) {
    std::fprintf(stderr, "convlab: %s\n", error.what());
    json.write({{"event", "error"}, {"image", image}, {"message", error.what()}});
    return false;
  }
}

int run_predict(const PredictOptions& options) {
  std::vector<NamedFile> inputs{{"--model", options.model}};
  for (const std::string& image : options.images) inputs.push_back({"IMAGE", image});
  check_file_names(inputs, {{"--json", options.json}});
  JsonLines json(options.json);
  Engine engine({.backend = open_backend(options.backend, options.threads),
                 .open_data = [](const std::string&) -> DatasetSplits {
                   fail("predicting needs no data set");
                 },
                 .now = monotonic_seconds});
  RunOptions run;
  run.data.clear();
  run.optimizer = "sgd";  // needs no memory
  engine.call<Configured>(LoadModel{options.model, read_model_file(options.model), run});
  json.open();
  bool all = true;
  for (const std::string& image : options.images)
    all = predict(engine, options, image, json) && all;
  return all ? 0 : 1;
}

}  // namespace

void add_predict(CLI::App& app, Action& action) {
  auto options = std::make_shared<PredictOptions>();
  CLI::App& command =
      *app.add_subcommand("predict", "Predict the classes of images with a saved model");
  add_model_file(command, options->model);
  command
      .add_option("images", options->images,
                  "PNG or JPEG files. An image of another size than the network's input is resized "
                  "as in training, see --resize of convlab train; colours become grey where the "
                  "network expects grey")
      ->type_name("IMAGE")
      ->required();
  add_integer(command, "--top-k", options->top_k, 1, 1000,
              "Show the K classes with the largest scores")
      ->type_name("K")
      ->capture_default_str();
  add_threads(command, options->threads);
  add_backend(command, options->backend);
  command
      .add_option("--json", options->json,
                  "Write results to a file, or - for standard output, one JSON object per image")
      ->type_name("FILE");
  command.footer("Example:\n  convlab predict --model digits.safetensors seven.png");
  command.callback([options, &action] { action = [options] { return run_predict(*options); }; });
}

}  // namespace convlab
