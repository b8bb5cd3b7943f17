#include "cli/weights_place.h"

#include <system_error>

#include "data/catalog.h"

namespace convlab {

namespace fs = std::filesystem;

fs::path weights_path(const WeightSet& set) {
  const fs::path folder = cache_folder("weights", process_environment());
  return folder.empty() ? folder : folder / set.file;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return !path.empty() && fs::is_regular_file(path, ignored);
}

std::string how_to_get(const WeightSet& set) {
  return set.url.empty() ? set.get : "convlab weights fetch " + set.name;
}

}  // namespace convlab
