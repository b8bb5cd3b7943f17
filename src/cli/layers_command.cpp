#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/layer_texts.h"
#include "core/find_named.h"

namespace convlab {

namespace {

struct LayersOptions {
  std::string name;
  bool markdown = false;
};

int run_layers(const LayersOptions& options) {
  std::string text;
  if (options.markdown) {
    text = layers_markdown();
  } else if (options.name.empty()) {
    text = layer_list_text();
  } else {
    text = layer_text(find_named("layer", options.name, layer_pages(), &LayerPage::kind));
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace

void add_layers(CLI::App& app, Action& action) {
  auto options = std::make_shared<LayersOptions>();
  CLI::App& command = *app.add_subcommand(
      "layers", "List the available layers, or describe one with all its options");
  CLI::Option* name = command.add_option("layer", options->name, "The layer to describe");
  name->type_name("NAME");
  command
      .add_flag("--markdown", options->markdown, "Print the description of all layers as Markdown")
      ->excludes(name);
  command.footer("Example:\n  convlab layers conv2d");
  command.callback([options, &action] { action = [options] { return run_layers(*options); }; });
}

}  // namespace convlab
