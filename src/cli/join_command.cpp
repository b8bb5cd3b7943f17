#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/file_names.h"
#include "cli/model_argument.h"
#include "cli/values.h"
#include "cli/weights_place.h"
#include "core/format.h"
#include "features/joined_model.h"
#include "io/write_file.h"

namespace convlab {

namespace {

struct JoinCommand {
  std::string model;
  std::string weights;
  double fine_tune = 0;
  std::string save;
};

int run_join(const JoinCommand& command) {
  check_file_names({{"--model", command.model}, {"--weights", command.weights}},
                   {{"--save", command.save}});
  check_writable(command.save);
  const ModelFile head = parse_model(read_model_file(command.model), command.model);
  const OpenedWeights weights =
      open_weights(find_weight_sets(backbone_of(head)), NetworkPart::body, command.weights);
  const std::unique_ptr<Backend> backend = make_backend("host", 1);
  const std::vector<uint8_t> joined = join_backbone(head, weights, command.fine_tune, *backend);
  write_file(command.save, joined);
  const std::string line =
      fmt::format("{}: {}, reads images of {} x {} pixels\n", command.save,
                  bytes_text(joined.size()), weights.set.image[0], weights.set.image[1]);
  std::fputs(line.c_str(), stdout);
  return 0;
}

}  // namespace

void add_join(CLI::App& app, Action& action) {
  auto options = std::make_shared<JoinCommand>();
  CLI::App& command = *app.add_subcommand(
      "join", "Join a model that was trained on features with the network that computes them");
  command
      .add_option("--model", options->model,
                  "Model file that convlab train has written for --data of convlab features")
      ->type_name("FILE")
      ->required();
  add_weights_file(command, options->weights);
  add_number(command, "--fine-tune", options->fine_tune, 0, 1000,
             "Train the last block of the pretrained network, too, with the learning rate times "
             "this factor; 0: all of it is frozen")
      ->type_name("FACTOR")
      ->capture_default_str();
  command
      .add_option("--save", options->save,
                  "File to write (.safetensors): a model that reads images, for predict, explain, "
                  "eval and train")
      ->type_name("FILE")
      ->required();
  command.footer(
      "Example:\n"
      "  convlab features --backbone squeezenet1.1 --data imagenette --pool avg --out "
      "f.safetensors\n"
      "  convlab train --model article-head --data f.safetensors --save head.safetensors\n"
      "  convlab join --model head.safetensors --fine-tune 0.1 --save joined.safetensors\n"
      "  convlab predict --model joined.safetensors photo.jpg\n"
      "  convlab train --model joined.safetensors --data imagenette --epochs 3 --batch 32");
  command.callback([options, &action] { action = [options] { return run_join(*options); }; });
}

}  // namespace convlab
