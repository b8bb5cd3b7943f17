#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/predict_images.h"
#include "cli/values.h"
#include "cli/weights_place.h"
#include "core/error.h"
#include "data/file.h"
#include "data/image_decoder.h"
#include "io/model_file.h"
#include "pretrained/load_pretrained.h"
#include "pretrained/prepare_image.h"

namespace convlab {

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
  const OpenedWeights weights = open_weights(sets, command.weights);
  const auto model = [&] { return model_of(weights.set, *weights.source); };
  const auto request_of = [&](const std::string& image) { return request(weights.set, image); };
  return predict_images(command.arguments,
                        {.model = {"--weights", weights.source->name()},
                         .read_model = model,
                         .request = request_of,
                         .event = [&](const std::string& image, const Prediction& prediction) {
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
  add_weights_file(command, options->weights);
  add_predict_arguments(
      command, options->arguments,
      "PNG or JPEG files. The shorter side is resized to 256 pixels and the centre of 224×224 cut "
      "out; an image of that size is used as it is",
      "Show the K classes with the largest probabilities");
  command.footer("Example:\n  convlab classify --model squeezenet1.1 cat.jpg");
  command.callback([options, &action] { action = [options] { return run_classify(*options); }; });
}

}  // namespace convlab
