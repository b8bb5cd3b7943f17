#include <fmt/format.h>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/augment_options.h"
#include "cli/commands.h"
#include "cli/fetch_dataset.h"
#include "cli/inspect_dataset.h"
#include "cli/pack_dataset.h"
#include "cli/preview_dataset.h"
#include "cli/values.h"
#include "core/counted.h"
#include "core/format.h"
#include "data/catalog.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

std::string place(const CatalogEntry& entry, const std::string& data_dir) {
  const std::vector<fs::path> files = find_dataset_files(entry.name, data_dir);
  if (files.empty()) return "not found. To get it: " + entry.get;
  return "in " + (files.size() == 1 ? files[0] : files[0].parent_path()).string();
}

std::string images_text(const CatalogEntry& entry) {
  std::string sizes = fmt::format("{}×{}{}", entry.image[0], entry.image[1],
                                  entry.image[2] == 1 ? " grey" : " colour");
  if (entry.train.count == 0) return sizes;
  return fmt::format("{} training and {}, {}", with_commas(static_cast<double>(entry.train.count)),
                     with_commas(static_cast<double>(entry.test.count), "test image"), sizes);
}

int run_datasets(const std::string& data_dir) {
  for (const CatalogEntry& entry : catalog()) {
    const std::string text = fmt::format(
        "{}\n  {}: {}\n  {}, {}\n  {}", entry.name, entry.title, entry.description,
        images_text(entry), counted(entry.class_names.size(), "class"), place(entry, data_dir));
    std::printf("%s\n", text.c_str());
  }
  return 0;
}

void add_fetch(CLI::App& datasets, const std::shared_ptr<FetchArguments>& arguments,
               Action& action) {
  CLI::App& command = *datasets.add_subcommand("fetch", "Download the files of a data set");
  command
      .add_option("name", arguments->name,
                  "Data set: " + known_names(catalog(), &CatalogEntry::name))
      ->type_name("NAME")
      ->required();
  command
      .add_option("--data-dir", arguments->data_dir,
                  "Folder with the data sets, in which the files are written to DIR/NAME; default: "
                  "the user's cache, $XDG_CACHE_HOME/convlab or ~/.cache/convlab")
      ->type_name("DIR");
  command.footer(
      "Files that are there already are checked and kept. An interrupted download continues when\n"
      "the command is repeated. Without internet, as in some schools: if the environment variable\n"
      "CONVLAB_DATA_MIRROR is the address of a server, http or https, files come from\n"
      "$CONVLAB_DATA_MIRROR/NAME/FILE; their checksums are those of the published files.\n"
      "Example:\n  convlab datasets fetch mnist");
  command.callback(
      [arguments, &action] { action = [arguments] { return fetch_dataset(*arguments); }; });
}

CLI::Option* add_data_argument(CLI::App& command, std::string& data) {
  return command
      .add_option("data", data,
                  "Data set: a folder or an archive (.zip, .tar, .tgz) of your own, or one of: " +
                      known_names(catalog(), &CatalogEntry::name))
      ->type_name("NAME|PATH")
      ->required();
}

void add_inspect(CLI::App& datasets, const std::shared_ptr<std::string>& data_dir, Action& action) {
  auto arguments = std::make_shared<InspectArguments>();
  CLI::App& command = *datasets.add_subcommand(
      "inspect", "Read all images of a data set and show sizes, classes, duplicates and damage");
  add_data_argument(command, arguments->data);
  add_data_dir(command, *data_dir);
  command
      .add_option("--out", arguments->mean_image,
                  "Write the mean of the training images, in the shape of the data set, as PNG")
      ->type_name("FILE");
  command
      .add_option("--json", arguments->json,
                  "Write results to a file, or - for standard output, as one JSON object")
      ->type_name("FILE");
  command.footer("Example:\n  convlab datasets inspect photos.zip --out mean.png");
  command.callback([arguments, data_dir, &action] {
    arguments->data_dir = *data_dir;
    action = [arguments] { return inspect_dataset(*arguments); };
  });
}

void add_preview(CLI::App& datasets, const std::shared_ptr<std::string>& data_dir, Action& action) {
  auto arguments = std::make_shared<PreviewArguments>();
  RunOptions& run = arguments->run;
  CLI::App& command = *datasets.add_subcommand(
      "preview", "Draw training images as augmentation changes them from epoch to epoch");
  add_data_argument(command, run.data);
  add_data_dir(command, *data_dir);
  add_augment(command, run, arguments->inputs);
  add_seed(command, run.seed)->description("Random seed, as for convlab train");
  add_image_size(command, run.image_size)
      ->description("Side of the square to which images are resized; default: the data set's");
  add_resize(command, run.resize);
  command
      .add_option("--out", arguments->file,
                  "PNG file with eight images, one in a row: the image, then eight epochs of it")
      ->type_name("FILE")
      ->required();
  command.footer(
      "Example:\n"
      "  convlab datasets preview mnist --augment shift=0.1,rotate=15 --out grid.png");
  command.callback([arguments, data_dir, &action] {
    arguments->data_dir = *data_dir;
    action = [arguments] { return preview_dataset(*arguments); };
  });
}

void add_pack(CLI::App& datasets, const std::shared_ptr<std::string>& data_dir, Action& action) {
  auto arguments = std::make_shared<PackArguments>();
  CLI::App& command = *datasets.add_subcommand(
      "pack", "Write data sets as the files that the web page fetches from its server");
  command
      .add_option("data", arguments->data,
                  "Data sets: folders or archives (.zip, .tar, .tgz) of your own, or some of: " +
                      known_names(catalog(), &CatalogEntry::name))
      ->type_name("NAME|PATH")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->required();
  command
      .add_option(
          "--out", arguments->out,
          "Folder of the packs, the page's data/: DIR/catalog.json and DIR/NAME are written")
      ->type_name("DIR")
      ->required();
  add_data_dir(command, *data_dir);
  add_integer(command, "--limit", arguments->limit, 1, 1'000'000'000,
              "Pack only the first N images of each class; default: all");
  command.footer(
      "What is up to date stays as it is, and so do other data sets of the folder. Photos are "
      "packed\n"
      "as their files are.\n"
      "Example:\n  convlab datasets pack mnist photos.zip --out build/web/dist/data");
  command.callback([arguments, data_dir, &action] {
    arguments->data_dir = *data_dir;
    action = [arguments] { return pack_dataset(*arguments); };
  });
}

}  // namespace

void add_datasets(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<FetchArguments>();
  CLI::App& command = *app.add_subcommand(
      "datasets",
      "List the known data sets and where they are; fetch, inspect, preview or pack them");
  add_data_dir(command, arguments->data_dir);
  add_fetch(command, arguments, action);
  // Shared, so that --data-dir may also stand before the name of the subcommand.
  const std::shared_ptr<std::string> data_dir(arguments, &arguments->data_dir);
  add_inspect(command, data_dir, action);
  add_preview(command, data_dir, action);
  add_pack(command, data_dir, action);
  command.require_subcommand(0, 1);
  command.footer("Example:\n  convlab datasets fetch mnist\n  convlab datasets inspect mnist");
  command.callback([arguments, &action, &command] {
    if (command.get_subcommands().empty())
      action = [arguments] { return run_datasets(arguments->data_dir); };
  });
}

}  // namespace convlab
