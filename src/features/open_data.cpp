#include "features/open_data.h"

#include "core/error.h"
#include "data/catalog.h"
#include "features/feature_file.h"

namespace convlab {

bool is_feature_file(const std::string& name) { return name.ends_with(".safetensors"); }

DatasetSplits open_data(const std::string& name, const std::filesystem::path& data_dir) {
  if (is_feature_file(name)) return parse_feature_file(open_file(name)).data;
  return load_dataset(name, data_dir);
}

DatasetSplits open_images(const std::string& name, const std::filesystem::path& data_dir) {
  if (!is_feature_file(name)) return load_dataset(name, data_dir);
  check_has_images(*open_data(name, data_dir).train, "[data]");
  fail("[data] {} holds no images", name);
}

}  // namespace convlab
