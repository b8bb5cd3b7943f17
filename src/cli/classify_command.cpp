#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/predict_images.h"
#include "cli/pretrained_file.h"
#include "cli/values.h"

namespace convlab {

namespace {

struct ClassifyCommand {
  std::string model = "squeezenet1.1";
  std::string weights;
  PredictArguments arguments{.top_k = 5};
};

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
  const OpenedWeights weights = open_classifier(command.model, command.weights);
  const auto request = [&](const std::string& image) {
    return Predict{prepared(image, weights.set)};
  };
  return predict_images(command.arguments,
                        {.model = {"--weights", weights.source->name()},
                         .read_model = [&] { return model_of(weights); },
                         .request = request,
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
