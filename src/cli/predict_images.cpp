#include "cli/predict_images.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>

#include "cli/json_lines.h"
#include "cli/values.h"
#include "core/error.h"
#include "core/format.h"
#include "core/monotonic_seconds.h"
#include "engine/engine.h"

namespace convlab {

namespace {

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

/// Predicts an image, or reports why it cannot, and returns whether it could.
bool predict(Engine& engine, const PredictArguments& arguments, const Predictor& predictor,
             const std::string& image, JsonLines& json) {
  try {
    const auto prediction = engine.call<Prediction>(predictor.request(image));
    std::fprintf(json.to_stdout() ? stderr : stdout, "%s\n",
                 line_of(image, prediction, arguments.top_k).c_str());
    json.write(predictor.event(image, prediction));
    return true;
  } catch (const Error& error) {
    std::fprintf(stderr, "convlab: %s\n", error.what());
    json.write({{"event", "error"}, {"image", image}, {"message", error.what()}});
    return false;
  }
}

}  // namespace

void add_predict_arguments(CLI::App& command, PredictArguments& arguments,
                           const std::string& images, const std::string& top_k) {
  command.add_option("images", arguments.images, images)->type_name("IMAGE")->required();
  add_integer(command, "--top-k", arguments.top_k, 1, 1000, top_k)
      ->type_name("K")
      ->capture_default_str();
  add_threads(command, arguments.threads);
  add_backend(command, arguments.backend);
  command
      .add_option("--json", arguments.json,
                  "Write results to a file, or - for standard output, one JSON object per image")
      ->type_name("FILE");
}

int predict_images(const PredictArguments& arguments, const Predictor& predictor) {
  std::vector<NamedFile> inputs{predictor.model};
  for (const std::string& image : arguments.images) inputs.push_back({"IMAGE", image});
  check_file_names(inputs, {{"--json", arguments.json}});
  JsonLines json(arguments.json);
  Engine engine({.backend = open_backend(arguments.backend, arguments.threads),
                 .open_data = [](const std::string&) -> DatasetSplits {
                   fail("predicting needs no data set");
                 },
                 .now = monotonic_seconds});
  RunOptions run;
  run.data.clear();
  run.optimizer = "sgd";  // needs no memory
  engine.call<Configured>(LoadModel{predictor.model.name, predictor.read_model(), run});
  json.open();
  bool all = true;
  for (const std::string& image : arguments.images)
    all = predict(engine, arguments, predictor, image, json) && all;
  return all ? 0 : 1;
}

std::vector<size_t> by_score(const Prediction& prediction) {
  std::vector<size_t> order(prediction.scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return prediction.scores[a] > prediction.scores[b]; });
  return order;
}

}  // namespace convlab
