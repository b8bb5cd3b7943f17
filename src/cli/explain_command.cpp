#include <fmt/format.h>
#include <algorithm>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/explain_report.h"
#include "cli/file_names.h"
#include "cli/json_lines.h"
#include "cli/model_argument.h"
#include "cli/pretrained_file.h"
#include "cli/progress.h"
#include "cli/values.h"
#include "core/error.h"
#include "core/find_named.h"
#include "core/monotonic_seconds.h"
#include "data/file.h"
#include "data/image_decoder.h"
#include "data/png_encoder.h"
#include "engine/engine.h"
#include "explain/gradients.h"
#include "explain/occlusion.h"
#include "io/write_file.h"

namespace convlab {

namespace {

struct ExplainCommand {
  std::string model;
  std::string weights;
  std::string image;
  std::string out;
  std::string class_name;
  ExplainOptions options;
  int64_t row = -1;
  int64_t column = -1;
  int64_t channel = 0;
  std::string backend;
  int threads = 0;
  std::string json;
};

struct MethodName {
  std::string_view name;
};

/// The methods of explain_methods, and those that show parts of the network.
std::vector<MethodName> method_names() {
  std::vector<MethodName> names;
  for (const ExplainMethod& method : explain_methods()) names.push_back({method.name});
  names.insert(names.end(), {{"filters"}, {"features"}, {"arithmetic"}});
  return names;
}

/// The pretrained network that the options mean; none: --model is a file.
std::optional<OpenedWeights> find_pretrained(const ExplainCommand& command) {
  const auto sets = weight_sets();
  const bool is_known = std::any_of(sets.begin(), sets.end(), [&](const WeightSet& set) {
    return set.name == command.model || set.model == command.model;
  });
  if (command.weights.empty() && (!is_known || is_there(command.model))) return std::nullopt;
  return open_classifier(command.model, command.weights);
}

void check(const ExplainCommand& command) {
  find_named("method", command.options.method, method_names(), &MethodName::name);
  const std::string& method = command.options.method;
  if (method != "filters" && command.image.empty())
    fail("--image FILE is required for --method {}", method);
  if (method != "arithmetic" && command.out.empty())
    fail("--out FILE is required for --method {}", method);
  check_file_names(
      {{"--model", command.model}, {"--weights", command.weights}, {"--image", command.image}},
      {{"--out", command.out}, {"--json", command.json}});
  if (!command.out.empty()) check_writable(command.out);
}

/// The middle of the output of the layer, where no place was given.
void set_place(Engine& engine, ShowPixel& request) {
  const auto model = engine.call<ModelDescription>(DescribeModel{});
  for (const LayerDescription& layer : model.layers) {
    const bool is_meant = request.layer.empty()
                              ? layer.kind == "conv2d" || layer.kind == "depthwise_conv2d"
                              : layer.name == request.layer;
    if (!is_meant || layer.output.rank() != 3) continue;
    if (request.row < 0) request.row = layer.output[0] / 2;
    if (request.column < 0) request.column = layer.output[1] / 2;
    return;
  }
}

ExplainReport report(Engine& engine, const ExplainCommand& command, const GivenImage& image,
                     Progress& progress) {
  const std::string& method = command.options.method;
  const std::string& layer = command.options.layer;
  if (method == "filters") return report_of(engine.call<FilterImages>(ShowFilters{layer}));
  if (method == "features") return report_of(engine.call<LayerOutput>(Activations{image, layer}));
  if (method == "arithmetic") {
    ShowPixel request{image, layer, command.row, command.column, command.channel};
    set_place(engine, request);
    return report_of(engine.call<PixelSum>(request));
  }
  return report_of(
      engine.call<ExplainedImage>(Explain{image, command.class_name, command.options},
                                  [&](const Snapshot& snapshot) { progress.update(snapshot); }));
}

int run_explain(const ExplainCommand& command) {
  check(command);
  JsonLines json(command.json);
  const std::optional<OpenedWeights> pretrained = find_pretrained(command);
  Engine engine({.backend = open_backend(command.backend, command.threads),
                 .open_data = [](const std::string&) -> DatasetSplits {
                   fail("explaining needs no data set");
                 },
                 .now = monotonic_seconds});
  RunOptions run;
  run.data.clear();
  run.optimizer = "sgd";  // needs no memory
  engine.call<Configured>(LoadModel{
      command.model, pretrained ? model_of(*pretrained) : read_model_file(command.model), run});
  GivenImage image{.source = command.image};
  if (!command.image.empty()) {
    image = pretrained ? prepared(command.image, pretrained->set)
                       : GivenImage{.source = command.image,
                                    .file = read_file(command.image, max_image_file_bytes)};
  }
  std::FILE* out = json.to_stdout() ? stderr : stdout;
  Progress progress(out, monotonic_seconds);
  ExplainReport result = report(engine, command, image, progress);
  const Picture& picture = result.picture;
  if (!command.out.empty()) {
    write_file(command.out, encode_png(picture));
    result.text += fmt::format("\n{}: {} × {} pixels", command.out, picture.width, picture.height);
  }
  std::fprintf(out, "%s\n", result.text.c_str());
  nlohmann::ordered_json event{
      {"event", "explanation"}, {"model", command.model}, {"image", command.image}};
  event.update(result.json);
  json.open();
  json.write(event);
  return 0;
}

/// "gradcam (Selvaraju et al. 2017), saliency (…)"
std::string map_methods() {
  std::string text;
  for (const ExplainMethod& method : explain_methods())
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", method.name, method.publication);
  return text;
}

void add_map_options(CLI::App& command, ExplainCommand& options) {
  ExplainOptions& explain = options.options;
  command
      .add_option("--class", options.class_name,
                  "Name or number of the class to explain; default: the one with the largest score")
      ->type_name("NAME|N");
  add_integer(command, "--samples", explain.samples, 1, SmoothGrad::max_samples,
              "smoothgrad: number of noisy images");
  add_number(command, "--noise", explain.noise, 0, SmoothGrad::max_noise,
             "smoothgrad: standard deviation of the noise, as a fraction of the range of the "
             "network's input")
      ->type_name("X");
  add_seed(command, explain.seed)->description("smoothgrad: random seed of the noise");
  add_integer(command, "--patch", explain.patch, 0, max_image_side,
              "occlusion: side of the grey square in pixels; 0: a sixth of the image's shorter "
              "side");
  add_integer(command, "--stride", explain.stride, 0, max_image_side,
              "occlusion: distance between two squares in pixels; 0: a third of the square");
}

void add_place_options(CLI::App& command, ExplainCommand& options) {
  constexpr int64_t max = int64_t{1} << 30;
  const auto add_place = [&](const char* name, int64_t& value, const char* what) {
    command.add_option(name, value, what)->type_name("N")->check(whole_number(0, max));
  };
  add_place("--row", options.row, "arithmetic: row of the layer's output; default: the middle");
  add_place("--column", options.column,
            "arithmetic: column of the layer's output; default: the middle");
  add_integer(command, "--channel", options.channel, 0, max,
              "arithmetic: channel of the layer's output, which is the number of the filter");
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  auto options = std::make_shared<ExplainCommand>();
  CLI::App& command = *app.add_subcommand(
      "explain", "Show what a network sees in an image, and what its layers compute");
  command
      .add_option("--model", options->model,
                  "Model file written by train --save, --save-best or --checkpoint, or by join "
                  "--save, or a pretrained network: " +
                      known_names(weight_sets(), &WeightSet::name))
      ->type_name("FILE|NAME")
      ->required();
  add_weights_file(command, options->weights);
  command
      .add_option("--method", options->options.method,
                  map_methods() +
                      ": where the network looks for a class; filters: the weights of a layer; "
                      "features: its output; arithmetic: how a convolution computes one number of "
                      "its output")
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--image", options->image,
                  "PNG or JPEG file, resized as in convlab predict or classify")
      ->type_name("FILE");
  command.add_option("--out", options->out, "PNG file to write the picture to")->type_name("FILE");
  command
      .add_option("--layer", options->options.layer,
                  "Name of the layer, see convlab summary; default of gradcam and features: the "
                  "last with height and width of the last convolution's, of filters and "
                  "arithmetic: the first convolution")
      ->type_name("NAME");
  add_map_options(command, *options);
  add_place_options(command, *options);
  add_threads(command, options->threads);
  add_backend(command, options->backend);
  command
      .add_option("--json", options->json,
                  "Write the figures as one JSON object to a file, or - for standard output")
      ->type_name("FILE");
  command.footer(
      "Examples:\n"
      "  convlab explain --model squeezenet1.1 --image cat.jpg --out cat-gradcam.png\n"
      "  convlab explain --model digits.safetensors --method arithmetic --image seven.png");
  command.callback([options, &action] { action = [options] { return run_explain(*options); }; });
}

}  // namespace convlab
