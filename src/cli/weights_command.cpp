#include <fmt/format.h>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/convert_weights.h"
#include "cli/fetch_dataset.h"
#include "cli/file_names.h"
#include "cli/values.h"
#include "cli/weights_place.h"
#include "core/counted.h"
#include "core/error.h"
#include "core/find_named.h"
#include "core/format.h"
#include "data/catalog.h"
#include "io/write_file.h"
#include "pack/pack_weights.h"
#include "pretrained/load_pretrained.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

std::string place_text(const WeightSet& set) {
  const fs::path path = find_weights_file(set, NetworkPart::body);
  if (path.empty()) return "not found. To get it: " + how_to_get(set, NetworkPart::whole);
  const bool less = path != weights_path(set, NetworkPart::whole);
  return fmt::format("{}in {}", less ? "the layers before the classifier, " : "", path.string());
}

int list_weights() {
  for (const WeightSet& set : weight_sets()) {
    const std::string place = place_text(set);
    std::printf("%s\n", fmt::format("{}\n  {}: network {}, {}\n  licence: {}\n  source: {}\n  {}",
                                    set.name, set.title, set.model,
                                    set.head ? fmt::format("{} classes", set.classes)
                                             : std::string("no classifier"),
                                    set.licence, set.source, place)
                            .c_str());
  }
  return 0;
}

/// Throws Error unless the file has the tensors of the part of the set's network, whose SHA-256 may
/// be unknown. Then removes it if it has just been downloaded.
void check_tensors(const WeightSet& set, NetworkPart part, const fs::path& path, bool is_new) {
  try {
    const std::array sets{&set};
    match_weight_set(sets, part, read_safetensors_header(*open_file(path)), path.string());
  } catch (const Error& error) {
    if (!is_new) fail("{}. It was not changed; rename or delete it to download it", error.what());
    fs::remove(path);
    throw;
  }
}

/// Returns the parts of a file of the set's weights that make up one of the body alone.
FileParts body_parts(const WeightSet& set, const ByteSource& file) {
  if (set.bytes && file.size() != *set.bytes) {
    fail("[fetch] {}: the server has a file of {}; expected {}", file.name(),
         counted(file.size(), "byte"), *set.bytes);
  }
  const SafeTensorsHeader header = read_safetensors_header(file);
  std::vector<NewTensor> tensors;
  FileParts parts;
  for (const SafeTensorEntry& tensor :
       needed_tensors(set, NetworkPart::body, header, file.name())) {
    tensors.push_back({tensor.name, tensor.dtype, tensor.shape});
    parts.ranges.push_back({tensor.offset, tensor.bytes});
  }
  parts.start = safetensors_start(tensors, header.metadata);
  return parts;
}

int fetch_weights(const std::string& name, bool body) {
  const WeightSet& set = find_named("weights", name, weight_sets(), &WeightSet::name);
  if (set.url.empty())
    fail("[fetch] {}: no file is published in this format. To get it: {}", set.name, set.get);
  const NetworkPart part = body && set.head ? NetworkPart::body : NetworkPart::whole;
  const bool all = part == NetworkPart::whole;
  const fs::path path = weights_path(set, part);
  if (path.empty()) fail("[fetch] no folder to write to: HOME is not set");
  if (const fs::path whole = weights_path(set, NetworkPart::whole); !all && is_there(whole)) {
    std::printf("%s is there already, with these layers and the classifier\n", whole.c_str());
    return 0;
  }
  // A mirror has the files as weights/FILE.
  const CatalogEntry entry{
      .name = "weights",
      .title = set.title,
      .description = fmt::format("weights for {}{}", set.model,
                                 all ? "" : ", the layers before the classifier"),
      .source = set.source,
      .licence = set.licence,
      .get = set.url,
      .downloads = {{.url = set.url, .file = set.file, .bytes = set.bytes, .sha256 = set.sha256}}};
  const bool is_new = !is_there(path);
  const auto check = [&] {
    check_tensors(set, part, path, is_new);
    return all ? "convlab classify --model " + set.name : "convlab features --backbone " + set.name;
  };
  if (all) return fetch_entry(entry, path.parent_path(), check);
  return fetch_entry(
      entry, path.parent_path(), check,
      Excerpt{.file = path.filename().string(),
              .choose = [&](const ByteSource& file) { return body_parts(set, file); }});
}

void add_fetch(CLI::App& weights, Action& action) {
  struct FetchCommand {
    std::string name;
    bool body = false;
  };
  auto options = std::make_shared<FetchCommand>();
  CLI::App& command = *weights.add_subcommand("fetch", "Download pretrained weights");
  command
      .add_option("name", options->name, "Weights: " + known_names(weight_sets(), &WeightSet::name))
      ->type_name("NAME")
      ->required();
  command.add_flag("--body", options->body,
                   "Only the layers before the classifier, enough for features: of VGG16 59 of 553 "
                   "MB. No checksum is known for them");
  command.footer(
      "The file is written to $XDG_CACHE_HOME/convlab/weights or ~/.cache/convlab/weights. An\n"
      "interrupted download continues when the command is repeated. If the environment variable\n"
      "CONVLAB_DATA_MIRROR is the address of a server, the file comes from\n"
      "$CONVLAB_DATA_MIRROR/weights/FILE.\n"
      "Examples:\n  convlab weights fetch resnet18-torchvision\n"
      "  convlab weights fetch vgg16-torchvision --body");
  command.callback([options, &action] {
    action = [options] { return fetch_weights(options->name, options->body); };
  });
}

struct PackCommand {
  std::vector<std::string> files;
  std::string out;
};

/// A file, or the file in the user's cache of a set of this name.
fs::path find_file(const std::string& name) {
  if (is_there(name)) return name;
  const WeightSet& set = find_named("weights or file", name, weight_sets(), &WeightSet::name);
  if (fs::path path = find_weights_file(set, NetworkPart::body); !path.empty()) return path;
  const fs::path path = weights_path(set, NetworkPart::body);
  fail("[weights] {}: {} is not there. To get it: {}", set.name,
       path.empty() ? "the cache (HOME is not set)" : path.string(),
       how_to_get(set, NetworkPart::body));
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

struct ConvertCommand {
  std::string file;
  std::string out;
};

int convert_file(const ConvertCommand& command) {
  check_file_names({{"FILE", command.file}}, {{"--out", command.out}});
  check_writable(command.out);
  const std::vector<uint8_t> bytes = convert_weights(command.file);
  // What no known network can use is not written.
  const WeightSet& set = weight_set_of(*memory_source(command.file, bytes));
  write_file(command.out, bytes);
  std::printf("%s: %s. convlab features --backbone %s --weights %s\n", command.out.c_str(),
              bytes_text(bytes.size()).c_str(), set.name.c_str(), command.out.c_str());
  return 0;
}

void add_convert(CLI::App& weights, Action& action) {
  auto options = std::make_shared<ConvertCommand>();
  CLI::App& command =
      *weights.add_subcommand("convert", "Convert Keras' .h5 weights to safetensors");
  command.add_option("file", options->file, "Weights or model that Keras saved: .h5, .weights.h5")
      ->type_name("FILE")
      ->required();
  command.add_option("--out", options->out, "The safetensors file")->type_name("FILE")->required();
  command.footer(
      "Example:\n  convlab weights convert vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5 --out "
      "vgg16.safetensors");
  command.callback([options, &action] { action = [options] { return convert_file(*options); }; });
}

}  // namespace

void add_weights(CLI::App& app, Action& action) {
  CLI::App& command =
      *app.add_subcommand("weights", "List, download, convert or pack pretrained weights");
  command.require_subcommand(0, 1);
  command.footer("Examples:\n  convlab weights\n  convlab weights fetch vgg16-torchvision --body");
  add_fetch(command, action);
  add_pack(command, action);
  add_convert(command, action);
  command.callback([&command, &action] {
    if (command.get_subcommands().empty()) action = [] { return list_weights(); };
  });
}

}  // namespace convlab
