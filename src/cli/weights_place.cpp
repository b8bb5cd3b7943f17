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

/// Whether a file of this part alone can be fetched.
bool is_apart(const WeightSet& set, NetworkPart part) {
  return part == NetworkPart::body && set.head && !set.url.empty();
}

/// Returns the file of the first of these sets in the user's cache.
fs::path find_weights(std::span<const WeightSet* const> sets, NetworkPart part) {
  for (const WeightSet* set : sets) {
    if (fs::path path = find_weights_file(*set, part); !path.empty()) return path;
  }
  const WeightSet& first = *sets.front();
  const fs::path path = weights_path(first, part);
  fail("[weights] {}: {} is not there; expected it or --weights FILE. To get it: {}", first.name,
       path.empty() ? "the cache (HOME is not set)" : path.string(), how_to_get(first, part));
}

}  // namespace

fs::path weights_path(const WeightSet& set, NetworkPart part) {
  fs::path folder = cache_folder("weights", process_environment());
  if (folder.empty()) return folder;
  return folder / (is_apart(set, part) ? set.name + "-body.safetensors" : set.file);
}

fs::path find_weights_file(const WeightSet& set, NetworkPart part) {
  fs::path path = weights_path(set, part);
  if (!is_there(path)) path = weights_path(set, NetworkPart::whole);
  return is_there(path) ? path : fs::path();
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return !path.empty() && fs::is_regular_file(path, ignored);
}

std::string how_to_get(const WeightSet& set, NetworkPart part) {
  if (set.url.empty()) return set.get;
  return "convlab weights fetch " + set.name + (is_apart(set, part) ? " --body" : "");
}

CLI::Option* add_weights_file(CLI::App& command, std::string& file) {
  return command
      .add_option("--weights", file,
                  "Safetensors file with its weights; default: NAME.safetensors, or for features "
                  "NAME-body.safetensors, in the user's cache, $XDG_CACHE_HOME/convlab/weights or "
                  "~/.cache/convlab/weights")
      ->type_name("FILE");
}

OpenedWeights open_weights(std::span<const WeightSet* const> sets, NetworkPart part,
                           const std::string& file) {
  const fs::path path = file.empty() ? find_weights(sets, part) : fs::path(file);
  std::shared_ptr<const ByteSource> source = open_file(path);
  const WeightSet& set =
      match_weight_set(sets, part, read_safetensors_header(*source), source->name());
  std::string sha256 = sha256_of(*source);
  const bool is_body =
      is_apart(set, NetworkPart::body) && path == weights_path(set, NetworkPart::body);
  // It may have been trained on other images.
  if (!set.sha256.empty() && sha256 != set.sha256 && !is_body) {
    std::fprintf(stderr,
                 "convlab: %s is not the known file of %s; images are prepared as for that one\n",
                 source->name().c_str(), set.name.c_str());
  }
  return {.set = set, .source = std::move(source), .sha256 = std::move(sha256)};
}

}  // namespace convlab
