#include "data/catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "catalog_json.h"
#include "core/error.h"
#include "core/quoted.h"
#include "core/utf8.h"
#include "data/data_path.h"
#include "data/file_set.h"
#include "data/formats/format.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

CatalogSplit read_split(const nlohmann::json& json) {
  return {.count = json.at("count"),
          .images = json.value("images", ""),
          .labels = json.value("labels", "")};
}

CifarLabels cifar_labels(const std::string& labels) {
  if (labels == "fine") return CifarLabels::fine;
  return labels == "coarse" ? CifarLabels::coarse : CifarLabels::single;
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
                       .format = json.at("format"),
                       .archives = json.value("archives", std::vector<std::string>()),
                       .folder = json.value("folder", ""),
                       .class_folders = json.value("class_folders", std::vector<std::string>()),
                       .files_of = json.value("files_of", ""),
                       .cifar_labels = cifar_labels(json.value("labels", "")),
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

/// The files that a folder must hold, without ".gz"; none for image folders.
std::vector<std::string> file_names(const CatalogEntry& entry) {
  if (entry.format == idx_format.name)
    return {entry.train.images, entry.train.labels, entry.test.images, entry.test.labels};
  if (entry.format != cifar_format.name) return {};
  if (entry.cifar_labels != CifarLabels::single) return {"train.bin", "test.bin"};
  return {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
          "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"};
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// Where the files of a data set are.
struct Place {
  fs::path path;                   ///< an archive, or a folder
  std::vector<std::string> names;  ///< the files in the folder; none: all
};

/// The files `names` of a folder, each plain or .gz; nothing if one is missing.
std::optional<Place> find_files(const fs::path& folder, const std::vector<std::string>& names) {
  Place place{.path = folder, .names = {}};
  for (const std::string& name : names) {
    const auto path = find_file(folder, name);
    if (!path) return std::nullopt;
    place.names.push_back(path->filename().string());
  }
  return place;
}

std::optional<Place> find_in(const CatalogEntry& entry, const fs::path& folder) {
  for (const std::string& archive : entry.archives) {
    if (is_file(folder / archive)) return Place{.path = folder / archive, .names = {}};
  }
  const std::vector<std::string> names = file_names(entry);
  std::vector<fs::path> folders{folder};
  if (!entry.folder.empty()) folders.push_back(folder / entry.folder);
  for (const fs::path& one : folders) {
    if (!names.empty()) {
      if (auto place = find_files(one, names)) return place;
    } else if (is_folder(one / "train" / entry.class_folders.front()) ||
               is_folder(one / entry.class_folders.front())) {
      return Place{.path = one, .names = {}};
    }
  }
  return std::nullopt;
}

std::optional<Place> find_place(const CatalogEntry& entry, const fs::path& data_dir,
                                const DataEnvironment& environment) {
  for (const std::string& name : {entry.name, entry.files_of}) {
    if (name.empty()) continue;
    for (const fs::path& folder : search_paths(name, data_dir, environment)) {
      if (auto place = find_in(entry, folder)) return place;
    }
  }
  return std::nullopt;
}

/// The folder for archives that were inflated.
fs::path inflated_folder(const DataEnvironment& environment) {
  const fs::path folder = cache_folder("inflated", environment);
  return folder.empty() ? fs::temp_directory_path() / "convlab-inflated" : folder;
}

std::shared_ptr<const FileSet> open_place(const Place& place, const DataEnvironment& environment) {
  if (!place.names.empty()) return open_listed(place.path, place.names);
  return open_path(place.path, inflated_folder(environment));
}

DatasetSplits load_path(const std::string& path, const DataEnvironment& environment) {
  const fs::path name = fs::path(path) / "";
  return open_files(open_place({.path = path, .names = {}}, environment),
                    {.name = escaped_utf8(name.parent_path().filename().string())});
}

/// Says how to rename files with the names of Kaggle's archive (train-images.idx3-ubyte), which
/// also has folders with the expected names; empty if `folder` has none.
std::string rename_hint(const CatalogEntry& entry, const fs::path& folder) {
  if (entry.format != idx_format.name) return "";
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
  return own != name && known_entry(own) != nullptr;
}

/// "train.bin, test.bin in a folder cifar-100-binary, or cifar-100-binary.tar.gz"
std::string wanted_files(const CatalogEntry& entry) {
  const std::vector<std::string> names = file_names(entry);
  std::string text =
      names.empty() ? fmt::format("the folder {}", entry.folder)
                    : fmt::format("{}{}", fmt::join(names, ", "),
                                  entry.format == idx_format.name ? " (each plain or .gz)" : "");
  if (!entry.archives.empty()) text += fmt::format(" or {}", fmt::join(entry.archives, ", "));
  return text;
}

[[noreturn]] void fail_missing(const CatalogEntry& entry, const std::vector<fs::path>& folders) {
  std::string text =
      fmt::format("[data] {}: not found. Looked for {} in:", entry.name, wanted_files(entry));
  for (const fs::path& folder : folders) {
    std::vector<std::string> missing = file_names(entry);
    const size_t wanted = missing.size();
    std::erase_if(missing, [&](const std::string& name) { return find_file(folder, name); });
    text += fmt::format("\n  {}", folder.string());
    if (missing.size() < wanted) text += fmt::format(" (lacks {})", fmt::join(missing, ", "));
    text += rename_hint(entry, folder);
  }
  fail("{}\nTo get it: {}. Name another folder with --data-dir DIR.", text, entry.get);
}

}  // namespace

std::span<const CatalogEntry> catalog() {
  static const std::vector<CatalogEntry> entries = read_catalog();
  return entries;
}

const CatalogEntry* known_entry(std::string_view name) {
  const auto entries = catalog();
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const CatalogEntry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

FormatOptions format_options(const CatalogEntry& entry) {
  return {.name = entry.name,
          .image = entry.image,
          .class_names = entry.class_names,
          .class_folders = entry.class_folders,
          .cifar_labels = entry.cifar_labels};
}

const CatalogEntry& find_entry(std::string_view name) {
  if (const CatalogEntry* entry = known_entry(name)) return *entry;
  std::vector<std::string> names;
  for (const CatalogEntry& entry : catalog()) names.push_back(entry.name);
  fail("unknown data set {}{}; it is neither a file or folder here nor one of: {}",
       in_single_quotes(name), similar_name(std::string(name), ".", names), fmt::join(names, ", "));
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

bool is_data_path(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return true;
  return known_entry(name) == nullptr && (is_file(name) || is_folder(name));
}

std::vector<fs::path> find_dataset_files(std::string_view name, const fs::path& data_dir,
                                         const DataEnvironment& environment) {
  if (is_data_path(name)) return files_at(name);
  const auto place = find_place(find_entry(name), data_dir, environment);
  if (!place) return {};
  if (place->names.empty()) return {place->path};
  std::vector<fs::path> files;
  for (const std::string& file : place->names) files.push_back(place->path / file);
  return files;
}

DatasetSplits load_dataset(std::string_view name, const fs::path& data_dir,
                           const DataEnvironment& environment) {
  if (is_data_path(name)) return load_path(std::string(name), environment);
  const CatalogEntry& entry = find_entry(name);
  const auto place = find_place(entry, data_dir, environment);
  if (!place) fail_missing(entry, search_paths(name, data_dir, environment));
  return find_format(entry.format).open(open_place(*place, environment), format_options(entry));
}

}  // namespace convlab
