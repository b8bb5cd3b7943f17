#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/values.h"
#include "core/counted.h"
#include "core/format.h"
#include "data/catalog.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

bool holds(const fs::path& folder, const CatalogEntry& entry) {
  const std::array files{entry.train.images, entry.train.labels, entry.test.images,
                         entry.test.labels};
  return std::all_of(files.begin(), files.end(), [&](const std::string& name) {
    std::error_code ignored;
    return fs::is_regular_file(folder / name, ignored) ||
           fs::is_regular_file(folder / (name + ".gz"), ignored);
  });
}

std::string place(const CatalogEntry& entry, const std::string& data_dir) {
  for (const fs::path& folder : search_paths(entry.name, data_dir, process_environment())) {
    if (holds(folder, entry)) return "in " + folder.string();
  }
  return "not found. To get it: " + entry.get;
}

int run_datasets(const std::string& data_dir) {
  for (const CatalogEntry& entry : catalog()) {
    const std::string text =
        fmt::format("{}\n  {}: {}\n  {} training and {}, {}×{}{}{}\n  {}", entry.name, entry.title,
                    entry.description, with_commas(static_cast<double>(entry.train.count)),
                    with_commas(static_cast<double>(entry.test.count), "test image"),
                    entry.image[0], entry.image[1], entry.image[2] == 1 ? " grey, " : " colour, ",
                    counted(entry.class_names.size(), "class"), place(entry, data_dir));
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
