#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/predict_images.h"
#include "cli/values.h"
#include "cli/weights_place.h"
#include "core/error.h"
#include "core/sha256.h"
#include "data/file.h"
#include "data/image_decoder.h"
#include "io/model_file.h"
#include "pretrained/load_pretrained.h"
#include "pretrained/prepare_image.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

struct ClassifyCommand {
  std::string model = "squeezenet1.1";
  std::string weights;
  PredictArguments arguments{.top_k = 5};
};

/// Returns the sets of a name that have a classifier.
std::vector<const WeightSet*> find_classifiers(const std::string& name) {
  std::vector<const WeightSet*> sets = find_weight_sets(name);
  std::erase_if(sets, [](const WeightSet* set) { return !set->head; });
  if (sets.empty()) {
    fail("[weights] {} has no classifier; expected a network that has, see 'convlab weights'",
         name);
  }
  return sets;
}

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

/// Says if a file is not the published one, since it may have been trained on other images.
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

Predict request(const WeightSet& set, const std::string& image) {
  const DecodedImage decoded = decode_image(read_file(image, max_image_file_bytes), image);
  return {{.source = image,
           .file = {},
           .height = set.image[0],
           .width = set.image[1],
           .channels = set.image[2],
           .pixels = prepare_image(decoded, set)}};
}

nlohmann::ordered_json event_of(const std::string& image, const Prediction& prediction,
                                int64_t top_k) {
  nlohmann::ordered_json top = nlohmann::ordered_json::array();
  std::vector<size_t> order = by_score(prediction);
  order.resize(std::min(order.size(), static_cast<size_t>(top_k)));
  for (const size_t index : order) {
    top.push_back({{"class", index},
                   {"class_name", prediction.class_names[index]},
                   {"score", prediction.scores[index]}});
  }
  return {{"event", "classification"}, {"image", image}, {"top", top}};
}

int run_classify(const ClassifyCommand& command) {
  const std::vector<const WeightSet*> sets = find_classifiers(command.model);
  const fs::path path = command.weights.empty() ? find_weights(sets) : fs::path(command.weights);
  const std::shared_ptr<const ByteSource> source = open_file(path);
  const WeightSet& set = match_weight_set(sets, read_safetensors_header(*source), source->name());
  check_published(set, *source);
  return predict_images(command.arguments,
                        {.model = {"--weights", path.string()},
                         .read_model = [&] { return model_of(set, *source); },
                         .request = [&](const std::string& image) { return request(set, image); },
                         .event =
                             [&](const std::string& image, const Prediction& prediction) {
                               return event_of(image, prediction, command.arguments.top_k);
                             }});
}

}  // namespace

void add_classify(CLI::App& app, Action& action) {
  auto options = std::make_shared<ClassifyCommand>();
  CLI::App& command = *app.add_subcommand(
      "classify", "Name what images show with a network that was trained on ImageNet");
  command
      .add_option("--model", options->model,
                  "Pretrained network: " + known_names(weight_sets(), &WeightSet::name))
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--weights", options->weights,
                  "Safetensors file with its weights; default: the file of this name in the user's "
                  "cache, $XDG_CACHE_HOME/convlab/weights or ~/.cache/convlab/weights")
      ->type_name("FILE");
  add_predict_arguments(
      command, options->arguments,
      "PNG or JPEG files. The shorter side is resized to 256 pixels and the centre of 224×224 cut "
      "out; an image of that size is used as it is",
      "Show the K classes with the largest probabilities");
  command.footer("Example:\n  convlab classify --model squeezenet1.1 cat.jpg");
  command.callback([options, &action] { action = [options] { return run_classify(*options); }; });
}

}  // namespace convlab
