#include "cli/file_names.h"

#include <filesystem>

#include "core/error.h"
#include "data/catalog.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

bool is_same(const std::string& a, const std::string& b) {
  std::error_code ignored;
  if (fs::equivalent(a, b, ignored)) return true;
  // Made absolute, since weakly_canonical leaves a relative name that does not exist as it is.
  const auto place = [&ignored](const std::string& name) {
    return fs::weakly_canonical(fs::absolute(name, ignored), ignored);
  };
  return place(a) == place(b);
}

}  // namespace

void check_file_names(const std::vector<NamedFile>& inputs, const std::vector<NamedFile>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto& [option, name] = outputs[i];
    if (name.empty() || name == "-") continue;
    for (const NamedFile& input : inputs) {
      if (!input.name.empty() && is_same(name, input.name)) {
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
