#include <fmt/format.h>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/fetch_dataset.h"
#include "cli/values.h"
#include "cli/weights_place.h"
#include "core/error.h"
#include "core/find_named.h"
#include "core/format.h"
#include "data/catalog.h"
#include "pack/pack_weights.h"
#include "pretrained/load_pretrained.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

int list_weights() {
  for (const WeightSet& set : weight_sets()) {
    const fs::path path = weights_path(set);
    const std::string place =
        is_there(path) ? "in " + path.string() : "not found. To get it: " + how_to_get(set);
    std::printf("%s\n", fmt::format("{}\n  {}: network {}, {}\n  licence: {}\n  source: {}\n  {}",
                                    set.name, set.title, set.model,
                                    set.head ? fmt::format("{} classes", set.classes)
                                             : std::string("no classifier"),
                                    set.licence, set.source, place)
                            .c_str());
  }
  return 0;
}

/// Removes the file and throws Error unless it has the tensors of the set, whose SHA-256 may be
/// unknown.
void check_tensors(const WeightSet& set, const fs::path& path) {
  try {
    const std::array sets{&set};
    match_weight_set(sets, read_safetensors_header(*open_file(path)), path.string());
  } catch (const Error&) {
    fs::remove(path);
    throw;
  }
}

int fetch_weights(const std::string& name) {
  const WeightSet& set = find_named("weights", name, weight_sets(), &WeightSet::name);
  if (set.url.empty())
    fail("[fetch] {}: no file is published in this format. To get it: {}", set.name, set.get);
  const fs::path path = weights_path(set);
  if (path.empty()) fail("[fetch] no folder to write to: HOME is not set");
  // A mirror has the files as weights/FILE.
  const CatalogEntry entry{
      .name = "weights",
      .title = set.title,
      .description = fmt::format("weights for {}", set.model),
      .source = set.source,
      .licence = set.licence,
      .get = set.url,
      .downloads = {{.url = set.url, .file = set.file, .bytes = set.bytes, .sha256 = set.sha256}}};
  return fetch_entry(entry, path.parent_path(), [&] {
    check_tensors(set, path);
    return "convlab classify --model " + set.name;
  });
}

void add_fetch(CLI::App& weights, Action& action) {
  auto name = std::make_shared<std::string>();
  CLI::App& command = *weights.add_subcommand("fetch", "Download pretrained weights");
  command.add_option("name", *name, "Weights: " + known_names(weight_sets(), &WeightSet::name))
      ->type_name("NAME")
      ->required();
  command.footer(
      "The file is written to $XDG_CACHE_HOME/convlab/weights or ~/.cache/convlab/weights. An\n"
      "interrupted download continues when the command is repeated. If the environment variable\n"
      "CONVLAB_DATA_MIRROR is the address of a server, the file comes from\n"
      "$CONVLAB_DATA_MIRROR/weights/FILE.\n"
      "Example:\n  convlab weights fetch resnet18-torchvision");
  command.callback([name, &action] { action = [name] { return fetch_weights(*name); }; });
}

struct PackCommand {
  std::vector<std::string> files;
  std::string out;
};

/// A file, or the file in the user's cache of a set of this name.
fs::path find_file(const std::string& name) {
  if (is_there(name)) return name;
  const WeightSet& set = find_named("weights or file", name, weight_sets(), &WeightSet::name);
  const fs::path path = weights_path(set);
  if (!is_there(path)) {
    fail("[weights] {}: {} is not there. To get it: {}", set.name,
         path.empty() ? "the cache (HOME is not set)" : path.string(), how_to_get(set));
  }
  return path;
}

int pack_files(const PackCommand& command) {
  for (const std::string& name : command.files) {
    const PackedWeights packed = pack_weights(*open_file(find_file(name)), command.out);
    std::printf("%s: %s in %s\n", packed.name.c_str(), bytes_text(packed.bytes).c_str(),
                (fs::path(command.out) / packed.file).string().c_str());
  }
  return 0;
}

void add_pack(CLI::App& weights, Action& action) {
  auto options = std::make_shared<PackCommand>();
  CLI::App& command =
      *weights.add_subcommand("pack", "Copy pretrained weights for the page, with checksums");
  command
      .add_option("name", options->files,
                  "Safetensors files, or weights in the user's cache: " +
                      known_names(weight_sets(), &WeightSet::name))
      ->type_name("NAME|FILE")
      ->required();
  command
      .add_option("--out", options->out,
                  "Folder for the files and their catalog.json: data/weights of the page")
      ->type_name("DIR")
      ->required();
  command.footer(
      "Example:\n  convlab weights pack squeezenet1.1 --out build/web/dist/data/weights");
  command.callback([options, &action] { action = [options] { return pack_files(*options); }; });
}

}  // namespace

void add_weights(CLI::App& app, Action& action) {
  CLI::App& command = *app.add_subcommand("weights", "List, download or pack pretrained weights");
  command.require_subcommand(0, 1);
  add_fetch(command, action);
  add_pack(command, action);
  command.callback([&command, &action] {
    if (command.get_subcommands().empty()) action = [] { return list_weights(); };
  });
}

}  // namespace convlab
