#include "pack/pack_source.h"

#include <fmt/format.h>
#include <algorithm>
#include <string_view>
#include <system_error>

#include "core/sha256.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

// Another one for another format, so that packs are made anew.
constexpr int pack_format = 2;

void add_file(std::vector<std::string>& lines, const std::string& name, const fs::path& file) {
  std::error_code ignored;
  lines.push_back(fmt::format("{}\n{}\n{}", name, fs::file_size(file, ignored),
                              fs::last_write_time(file, ignored).time_since_epoch().count()));
}

}  // namespace

std::string pack_name(const std::string& data) {
  if (!is_data_path(data)) return data;
  std::string name = (fs::absolute(data).lexically_normal() / "").parent_path().filename().string();
  for (const std::string_view ending : {".tar.gz", ".tgz", ".tar", ".zip"}) {
    if (!name.ends_with(ending)) continue;
    name.resize(name.size() - ending.size());
    break;
  }
  std::string result;
  for (const char c : name) result += is_pack_name(result + c) ? c : '-';
  while (!result.empty() && !is_pack_name(result)) result.erase(0, 1);
  return result.empty() ? "data" : result;
}

fs::path find_data_dir(const PackSource& source, const DataEnvironment& environment) {
  for (const fs::path& folder : source.data_dirs) {
    if (!find_dataset_files(source.data, folder, environment).empty()) return folder;
  }
  return source.data_dirs.front();
}

PackedDataset describe_pack(const std::string& data) {
  const std::string name = pack_name(data);
  if (is_data_path(data)) return {.name = name, .title = name};
  const CatalogEntry& entry = find_entry(data);
  return {.name = name,
          .title = entry.title,
          .description = entry.description,
          .source = entry.source,
          .licence = entry.licence,
          .get = entry.get};
}

std::string pack_fingerprint(const PackedDataset& description, const std::vector<fs::path>& files,
                             int64_t limit) {
  std::vector<std::string> lines;
  for (const fs::path& path : files) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      add_file(lines, path.filename().string(), path);
      continue;
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file(ignored))
        add_file(lines, entry.path().lexically_relative(path).generic_string(), entry.path());
    }
  }
  std::sort(lines.begin(), lines.end());
  lines.push_back(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", pack_format, limit,
                              description.name, description.title, description.description,
                              description.source, description.licence, description.get));
  Sha256 hash;
  for (const std::string& line : lines) {
    hash.update({reinterpret_cast<const uint8_t*>(line.data()), line.size()});
    hash.update(std::vector<uint8_t>{0});
  }
  return sha256_text(hash.finish());
}

}  // namespace convlab
