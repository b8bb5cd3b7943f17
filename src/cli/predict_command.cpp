#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/model_argument.h"
#include "cli/predict_images.h"
#include "data/file.h"
#include "data/image_decoder.h"

namespace convlab {

namespace {

struct PredictCommand {
  std::string model;
  PredictArguments arguments{.top_k = 3};
};

Predict request(const std::string& image) {
  return {{.source = image, .file = read_file(image, max_image_file_bytes)}};
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

int run_predict(const PredictCommand& command) {
  return predict_images(command.arguments,
                        {.model = {"--model", command.model},
                         .read_model = [&] { return read_model_file(command.model); },
                         .request = request,
                         .event = event_of});
}

}  // namespace

void add_predict(CLI::App& app, Action& action) {
  auto options = std::make_shared<PredictCommand>();
  CLI::App& command =
      *app.add_subcommand("predict", "Predict the classes of images with a saved model");
  add_model_file(command, options->model);
  add_predict_arguments(
      command, options->arguments,
      "PNG or JPEG files. An image of another size than the network's input is resized as in "
      "training, see --resize of convlab train; colours become grey where the network expects grey",
      "Show the K classes with the largest scores");
  command.footer("Example:\n  convlab predict --model digits.safetensors seven.png");
  command.callback([options, &action] { action = [options] { return run_predict(*options); }; });
}

}  // namespace convlab
