#include <fmt/format.h>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/json_lines.h"
#include "cli/values.h"
#include "cli/weights_place.h"
#include "core/error.h"
#include "core/format.h"
#include "core/sha256.h"
#include "data/file.h"
#include "data/image_decoder.h"
#include "engine/engine.h"
#include "io/model_file.h"
#include "pretrained/load_pretrained.h"
#include "pretrained/prepare_image.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

struct ClassifyArguments {
  std::string model = "squeezenet1.1";
  std::string weights;
  std::vector<std::string> images;
  std::string backend;
  int threads = 0;
  int64_t top_k = 5;
  std::string json;
};

/// Returns the file of the first of these sets in the user's cache.
fs::path find_weights(std::span<const WeightSet* const> sets) {
  for (const WeightSet* set : sets) {
    if (const fs::path path = weights_path(*set); is_there(path)) return path;
  }
  const WeightSet& first = *sets.front();
  const fs::path path = weights_path(first);
  fail("[weights] {}: {} is not there; expected it or --weights FILE. To get it: {}", first.name,
       path.empty() ? "the cache (HOME is not set)" : path.string(), how_to_get(first));
}

std::string sha256_of(const ByteSource& source) {
  constexpr uint64_t part = uint64_t{1} << 20U;
  Sha256 hash;
  for (uint64_t at = 0; at < source.size(); at += part)
    hash.update(source.read(at, std::min(part, source.size() - at)));
  return sha256_text(hash.finish());
}

/// Says if a file is another one than the published, which may have been trained differently.
void check_published(const WeightSet& set, const ByteSource& source) {
  if (set.sha256.empty() || sha256_of(source) == set.sha256) return;
  std::fprintf(stderr,
               "convlab: %s is not the known file of %s; images are prepared as for that one\n",
               source.name().c_str(), set.name.c_str());
}

/// Returns the network with the weights of a file as a model file.
std::vector<uint8_t> model_of(const WeightSet& set, const ByteSource& source) {
  const std::unique_ptr<Backend> backend = make_backend("host", 1);
  Network network(pretrained_graph(set, NetworkPart::whole), *backend, 0);
  load_pretrained(network, set, source);
  return model_bytes(
      network,
      {.model = set.model, .data = "imagenet", .class_names = class_names_of(set), .options = {}});
}

struct ClassScore {
  size_t index = 0;
  std::string name;
  float score = 0;
};

/// Returns the classes with the largest scores, the largest first.
std::vector<ClassScore> best_classes(const Prediction& prediction, int64_t top_k) {
  std::vector<size_t> order(prediction.scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto count = std::min<std::ptrdiff_t>(top_k, std::ssize(order));
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](size_t a, size_t b) {
    return std::pair(-prediction.scores[a], a) < std::pair(-prediction.scores[b], b);
  });
  std::vector<ClassScore> best;
  for (const size_t index : std::span(order).first(static_cast<size_t>(count)))
    best.push_back({index, prediction.class_names[index], prediction.scores[index]});
  return best;
}

/// "cat.jpg: tabby 54.21 %, tiger cat 30.10 %, …"
std::string line_of(const std::string& image, std::span<const ClassScore> best) {
  std::string text = image + ":";
  for (const ClassScore& each : best)
    text += fmt::format("{} {} {}", &each == best.data() ? "" : ",", each.name,
                        score_text(each.score, true));
  return text;
}

nlohmann::ordered_json event_of(const std::string& image, std::span<const ClassScore> best) {
  nlohmann::ordered_json top = nlohmann::ordered_json::array();
  for (const ClassScore& each : best)
    top.push_back({{"class", each.index}, {"class_name", each.name}, {"score", each.score}});
  return {{"event", "classification"}, {"image", image}, {"top", top}};
}

/// Classifies an image, or reports why it cannot, and returns whether it could.
bool classify(Engine& engine, const WeightSet& set, const ClassifyArguments& arguments,
              const std::string& image, JsonLines& json) {
  try {
    const DecodedImage decoded = decode_image(read_file(image, max_image_file_bytes), image);
    const auto prediction =
        engine.call<Prediction>(Predict{{.source = image,
                                         .file = {},
                                         .height = set.image[0],
                                         .width = set.image[1],
                                         .channels = set.image[2],
                                         .pixels = prepare_image(decoded, set)}});
    const std::vector<ClassScore> best = best_classes(prediction, arguments.top_k);
    std::fprintf(json.to_stdout() ? stderr : stdout, "%s\n", line_of(image, best).c_str());
    json.write(event_of(image, best));
    return true;
  } catch (const Error& error) {
    std::fprintf(stderr, "convlab: %s\n", error.what());
    json.write({{"event", "error"}, {"image", image}, {"message", error.what()}});
    return false;
  }
}

int run_classify(const ClassifyArguments& arguments) {
  const std::vector<const WeightSet*> sets = find_weight_sets(arguments.model);
  const fs::path path =
      arguments.weights.empty() ? find_weights(sets) : fs::path(arguments.weights);
  std::vector<NamedFile> inputs{{"--weights", path.string()}};
  for (const std::string& image : arguments.images) inputs.push_back({"IMAGE", image});
  check_file_names(inputs, {{"--json", arguments.json}});
  const std::shared_ptr<const ByteSource> source = open_file(path);
  const WeightSet& set = match_weight_set(sets, read_safetensors_header(*source), source->name());
  check_published(set, *source);
  JsonLines json(arguments.json);
  Engine engine({.backend = open_backend(arguments.backend, arguments.threads),
                 .open_data = [](const std::string&) -> DatasetSplits {
                   fail("classifying needs no data set");
                 },
                 .now = monotonic_seconds});
  RunOptions run;
  run.data.clear();
  run.optimizer = "sgd";  // needs no memory
  engine.call<Configured>(LoadModel{source->name(), model_of(set, *source), run});
  json.open();
  bool all = true;
  for (const std::string& image : arguments.images)
    all = classify(engine, set, arguments, image, json) && all;
  return all ? 0 : 1;
}

}  // namespace

void add_classify(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<ClassifyArguments>();
  CLI::App& command = *app.add_subcommand(
      "classify", "Name what images show with a network that was trained on ImageNet");
  command
      .add_option("--model", arguments->model,
                  "Pretrained network: " + known_names(weight_sets(), &WeightSet::name))
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--weights", arguments->weights,
                  "Safetensors file with its weights; default: the file of this name in the user's "
                  "cache, $XDG_CACHE_HOME/convlab/weights or ~/.cache/convlab/weights")
      ->type_name("FILE");
  command
      .add_option("images", arguments->images,
                  "PNG or JPEG files. The shorter side is resized to 256 pixels and the centre of "
                  "224×224 cut out; an image of that size is used as it is")
      ->type_name("IMAGE")
      ->required();
  add_integer(command, "--top-k", arguments->top_k, 1, 1000,
              "Show the K classes with the largest probabilities")
      ->type_name("K")
      ->capture_default_str();
  add_threads(command, arguments->threads);
  add_backend(command, arguments->backend);
  command
      .add_option("--json", arguments->json,
                  "Write results to a file, or - for standard output, one JSON object per image")
      ->type_name("FILE");
  command.footer("Example:\n  convlab classify --model squeezenet1.1 cat.jpg");
  command.callback(
      [arguments, &action] { action = [arguments] { return run_classify(*arguments); }; });
}

}  // namespace convlab
