#include <fmt/format.h>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "cli/commands.h"
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
  const std::string sizes = fmt::format("{}×{}{}", entry.image[0], entry.image[1],
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

}  // namespace

void add_datasets(CLI::App& app, Action& action) {
  auto data_dir = std::make_shared<std::string>();
  CLI::App& command =
      *app.add_subcommand("datasets", "List the known data sets and where they are");
  add_data_dir(command, *data_dir);
  command.callback(
      [data_dir, &action] { action = [data_dir] { return run_datasets(*data_dir); }; });
}

}  // namespace convlab
