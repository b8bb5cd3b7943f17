#include "cli/file_names.h"

#include <filesystem>

#include "core/error.h"
#include "data/catalog.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

/// The name without links. Made absolute, since weakly_canonical leaves a relative name that does
/// not exist as it is.
fs::path place_of(const std::string& name) {
  std::error_code ignored;
  return fs::weakly_canonical(fs::absolute(name, ignored), ignored);
}

bool is_same(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return fs::equivalent(a, b, ignored) || place_of(a) == place_of(b);
}

/// Whether `output` is a file in a folder of data, or in one of its folders, that may be data.
bool is_data_of(const std::string& output, const std::string& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored) || !fs::is_regular_file(output, ignored)) return false;
  const fs::path file = place_of(output);
  for (const char* ours : {".safetensors", ".checkpoint", ".json", ".jsonl", ".csv"}) {
    if (file.extension() == ours) return false;
  }
  const fs::path within = file.lexically_relative(place_of(folder));
  return !within.empty() && *within.begin() != "..";
}

}  // namespace

void check_file_names(const std::vector<NamedFile>& inputs, const std::vector<NamedFile>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto& [option, name] = outputs[i];
    if (name.empty() || name == "-") continue;
    for (const NamedFile& input : inputs) {
      if (input.name.empty()) continue;
      if (is_data_of(name, input.name)) {
        fail("{} {} would overwrite a file in {}, which {} reads; expected another file", option,
             name, input.name, input.option);
      }
      if (is_same(name, input.name)) {
        fail("{} {} would overwrite {}, which {} reads; expected another file", option, name,
             input.name, input.option);
      }
    }
    for (size_t other = 0; other < i; ++other) {
      if (!outputs[other].name.empty() && is_same(name, outputs[other].name)) {
        fail("{} and {} both write {}; expected a different file for each", option,
             outputs[other].option, name);
      }
    }
  }
}

std::vector<NamedFile> data_files(const std::string& data, const std::string& data_dir) {
  std::vector<NamedFile> files;
  for (const fs::path& path : find_dataset_files(data, data_dir))
    files.push_back({"--data", path.string()});
  return files;
}

}  // namespace convlab
