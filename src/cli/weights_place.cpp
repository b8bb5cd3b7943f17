#include "cli/weights_place.h"

#include <cstdio>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/sha256.h"
#include "data/catalog.h"
#include "pretrained/load_pretrained.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

/// Returns the file of the first of these sets in the user's cache.
fs::path find_weights(std::span<const WeightSet* const> sets) {
  for (const WeightSet* set : sets) {
    if (const fs::path path = weights_path(*set); is_there(path)) return path;
  }
  const WeightSet& first = *sets.front();
  const fs::path path = weights_path(first);
  fail("[weights] {}: {} is not there; expected it or --weights FILE. To get it: {}", first.name,
       path.empty() ? "the cache (HOME is not set)" : path.string(), how_to_get(first));
}

}  // namespace

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

CLI::Option* add_weights_file(CLI::App& command, std::string& file) {
  return command
      .add_option("--weights", file,
                  "Safetensors file with its weights; default: the file of this name in the user's "
                  "cache, $XDG_CACHE_HOME/convlab/weights or ~/.cache/convlab/weights")
      ->type_name("FILE");
}

OpenedWeights open_weights(std::span<const WeightSet* const> sets, const std::string& file) {
  const fs::path path = file.empty() ? find_weights(sets) : fs::path(file);
  std::shared_ptr<const ByteSource> source = open_file(path);
  const WeightSet& set = match_weight_set(sets, read_safetensors_header(*source), source->name());
  std::string sha256 = sha256_of(*source);
  // It may have been trained on other images.
  if (!set.sha256.empty() && sha256 != set.sha256) {
    std::fprintf(stderr,
                 "convlab: %s is not the known file of %s; images are prepared as for that one\n",
                 source->name().c_str(), set.name.c_str());
  }
  return {.set = set, .source = std::move(source), .sha256 = std::move(sha256)};
}

}  // namespace convlab
