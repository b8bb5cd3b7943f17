#include "data/catalog.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "catalog_json.h"
#include "core/counted.h"
#include "core/error.h"
#include "core/find_named.h"
#include "data/file.h"
#include "data/formats/idx.h"
#include "data/memory_dataset.h"
#include "data/spread_order.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

CatalogSplit read_split(const nlohmann::json& json) {
  return {.count = json.at("count"), .images = json.at("images"), .labels = json.at("labels")};
}

std::vector<CatalogDownload> read_downloads(const nlohmann::json& json) {
  std::vector<CatalogDownload> downloads;
  for (const nlohmann::json& file : json.value("downloads", nlohmann::json::array())) {
    CatalogDownload& added = downloads.emplace_back(CatalogDownload{
        .url = file.at("url"), .file = file.at("file"), .sha256 = file.value("sha256", "")});
    if (file.contains("bytes")) added.bytes = file.at("bytes").get<uint64_t>();
  }
  return downloads;
}

std::vector<CatalogEntry> read_catalog() {
  std::vector<CatalogEntry> entries;
  const nlohmann::json root = nlohmann::json::parse(catalog_json);
  for (const nlohmann::json& json : root.at("datasets")) {
    const nlohmann::json& splits = json.at("splits");
    entries.push_back({.name = json.at("name"),
                       .title = json.at("title"),
                       .description = json.at("description"),
                       .source = json.at("source"),
                       .licence = json.at("licence"),
                       .get = json.at("get"),
                       .image = {json.at("height"), json.at("width"), json.at("channels")},
                       .class_names = json.at("classes"),
                       .train = read_split(splits.at("train")),
                       .test = read_split(splits.at("test")),
                       .downloads = read_downloads(json)});
  }
  return entries;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// Returns the file `name` in `folder`, or else `name`.gz; nothing if neither exists.
std::optional<fs::path> find_file(const fs::path& folder, const std::string& name) {
  for (const char* suffix : {"", ".gz"}) {
    fs::path path = folder / (name + suffix);
    if (is_file(path)) return path;
  }
  return std::nullopt;
}

std::array<std::string, 4> file_names(const CatalogEntry& entry) {
  return {entry.train.images, entry.train.labels, entry.test.images, entry.test.labels};
}

/// Says how to rename files with the names of Kaggle's archive (train-images.idx3-ubyte), which
/// also has folders with the expected names; empty if `folder` has none.
std::string rename_hint(const CatalogEntry& entry, const fs::path& folder) {
  for (const std::string& name : file_names(entry)) {
    std::string other = name;
    other.replace(name.find("-idx"), 1, ".");
    if (!is_file(folder / other)) continue;
    std::error_code ignored;
    const bool in_the_way = fs::is_directory(folder / name, ignored);
    return fmt::format(" (has {}: rename it to {}{} and the others alike)", other, name,
                       in_the_way ? ", instead of the folder of that name," : "");
  }
  return "";
}

/// Whether a folder has the name of another data set than `name`; several data sets have files of
/// the same names.
bool is_of_other(const fs::path& folder, std::string_view name) {
  const std::string own = (folder / "").parent_path().filename().string();
  const auto entries = catalog();
  return own != name && std::any_of(entries.begin(), entries.end(),
                                    [&](const CatalogEntry& entry) { return entry.name == own; });
}

[[noreturn]] void fail_missing(const CatalogEntry& entry, const std::vector<fs::path>& folders) {
  std::string text = fmt::format("[data] {}: not found. Looked for", entry.name);
  for (const std::string& name : file_names(entry)) {
    text += (name == file_names(entry).front() ? " " : ", ") + name;
  }
  text += " (each plain or .gz) in:";
  for (const fs::path& folder : folders) {
    std::string missing;
    int found = 0;
    for (const std::string& name : file_names(entry)) {
      if (find_file(folder, name)) {
        ++found;
      } else {
        missing += (missing.empty() ? "" : ", ") + name;
      }
    }
    text += "\n  " + folder.string() + (found > 0 ? " (lacks " + missing + ")" : "");
    text += rename_hint(entry, folder);
  }
  fail("{}\nTo get it: {}. Name another folder with --data-dir DIR.", text, entry.get);
}

std::shared_ptr<const Dataset> load_split(const CatalogEntry& entry, const CatalogSplit& split,
                                          const fs::path& folder) {
  const fs::path images_path = find_file(folder, split.images).value();
  const fs::path labels_path = find_file(folder, split.labels).value();
  const auto classes = static_cast<int64_t>(entry.class_names.size());
  const std::vector<uint8_t> labels = parse_idx_labels(
      read_file(labels_path, max_labels_file_bytes), classes, labels_path.string());
  const IdxImages images = parse_idx_images(read_file(images_path), images_path.string());
  if (Shape{images.height, images.width, 1} != entry.image) {
    fail("[data] {}: images of {}×{}; expected {}×{} for {}", images_path.string(), images.height,
         images.width, entry.image[0], entry.image[1], entry.name);
  }
  if (std::cmp_not_equal(images.count, labels.size())) {
    fail("[data] {} has {} but {} {}; expected equal counts", images_path.string(),
         counted(images.count, "image"), labels_path.string(), counted(labels.size(), "label"));
  }
  auto dataset =
      std::make_shared<MemoryDataset>(entry.name, entry.image, entry.class_names, images.count);
  if (&split == &entry.train) {
    const SpreadOrder order(images.count);
    dataset->append(order.apply(images.pixels, static_cast<size_t>(entry.image.elements())),
                    order.apply(labels, 1), images_path.string());
  } else {
    dataset->append(images.pixels, labels, images_path.string());
  }
  return dataset;
}

}  // namespace

std::span<const CatalogEntry> catalog() {
  static const std::vector<CatalogEntry> entries = read_catalog();
  return entries;
}

const CatalogEntry& find_entry(std::string_view name) {
  return find_named("data set", name, catalog(), &CatalogEntry::name);
}

DataEnvironment process_environment() {
  return {.convlab_data = variable("CONVLAB_DATA"),
          .xdg_cache_home = variable("XDG_CACHE_HOME"),
          .home = variable("HOME")};
}

fs::path cache_folder(std::string_view name, const DataEnvironment& environment) {
  if (!environment.xdg_cache_home.empty())
    return fs::path(environment.xdg_cache_home) / "convlab" / name;
  if (!environment.home.empty()) return fs::path(environment.home) / ".cache" / "convlab" / name;
  return {};
}

std::vector<fs::path> search_paths(std::string_view name, const fs::path& data_dir,
                                   const DataEnvironment& environment) {
  if (!data_dir.empty()) {
    if (is_of_other(data_dir, name)) return {data_dir / name};
    return {data_dir / name, data_dir};
  }
  std::vector<fs::path> paths;
  if (!environment.convlab_data.empty())
    paths = search_paths(name, environment.convlab_data, environment);
  const fs::path cache = cache_folder(name, environment);
  if (!cache.empty()) paths.push_back(cache);
  for (const char* share : {"/usr/local/share/datasets", "/usr/share/datasets"}) {
    paths.push_back(fs::path(share) / name);
  }
  return paths;
}

std::vector<fs::path> find_dataset_files(std::string_view name, const fs::path& data_dir,
                                         const DataEnvironment& environment) {
  const CatalogEntry& entry = find_entry(name);
  for (const fs::path& folder : search_paths(name, data_dir, environment)) {
    std::vector<fs::path> files;
    for (const std::string& file : file_names(entry)) {
      if (const auto path = find_file(folder, file)) files.push_back(*path);
    }
    if (files.size() == file_names(entry).size()) return files;
  }
  return {};
}

DatasetSplits load_dataset(std::string_view name, const fs::path& data_dir,
                           const DataEnvironment& environment) {
  const CatalogEntry& entry = find_entry(name);
  const std::vector<fs::path> files = find_dataset_files(name, data_dir, environment);
  if (files.empty()) fail_missing(entry, search_paths(name, data_dir, environment));
  return {.train = load_split(entry, entry.train, files[0].parent_path()),
          .test = load_split(entry, entry.test, files[0].parent_path())};
}

}  // namespace convlab
