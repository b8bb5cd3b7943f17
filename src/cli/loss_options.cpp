#include "cli/loss_options.h"

#include "cli/kind_options.h"
#include "cli/values.h"
#include "data/file.h"
#include "io/class_weights_json.h"
#include "loss/loss.h"

namespace convlab {

namespace {

std::string read_weights_file(const std::string& path) {
  constexpr uintmax_t max_bytes = 1 << 22;
  const std::vector<uint8_t> bytes = read_file(path, max_bytes);
  return class_weights_from_json(std::string(bytes.begin(), bytes.end()),
                                 "[class_weights] " + path);
}

}  // namespace

void add_loss(CLI::App& command, RunOptions& run, std::vector<NamedFile>& inputs) {
  add_kind(command, "--loss", run.loss, known_names(loss_kinds(), &LossKind::kind));
  CLI::Option* options = add_kind_options(command, "--loss-options", run.loss_options,
                                          "Options of the loss, such as label_smoothing=0.1");
  const auto smooth = [&run](double fraction) {
    if (fraction > 0) run.loss_options = {{"label_smoothing", fraction}};
  };
  command
      .add_option_function<double>(
          "--label-smoothing", smooth,
          "Label smoothing: fraction of each target that is spread evenly over all classes. Short "
          "for --loss-options label_smoothing=FRACTION")
      ->type_name("FRACTION")
      ->check(number_within(0, 0.99))
      ->excludes(options)
      ->group(optimization_group);
  command
      .add_option_function<std::string>(
          "--class-weights",
          [&run, &inputs](const std::string& text) {
            const bool is_file = text.ends_with(".json");
            if (is_file) inputs.push_back({"--class-weights", text});
            run.class_weights = is_file ? read_weights_file(text) : text;
          },
          "Weight of each class in the training loss, such as 1,2,0.5; or a .json file with the "
          "class_weight argument of Keras' fit, {\"0\": 1, \"1\": 2}; or 'balanced': in inverse "
          "proportion to the number of training images of the class")
      ->type_name("WEIGHTS|FILE|balanced")
      ->group(optimization_group);
}

std::string loss_options_help() {
  std::string text = "Values for --loss-options, with their defaults:";
  for (const LossKind& kind : loss_kinds()) {
    const Options options = kind.make(kind.kind, {})->options();
    text += kind_line(kind.kind, options.empty() ? " (none)" : "", options);
  }
  return text + "\n";
}

}  // namespace convlab
