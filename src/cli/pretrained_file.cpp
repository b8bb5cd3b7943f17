#include "cli/pretrained_file.h"

#include <algorithm>
#include <cstdio>
#include <span>
#include <vector>

#include "cli/weights_place.h"
#include "core/error.h"
#include "core/sha256.h"
#include "data/file.h"
#include "data/image_decoder.h"
#include "io/model_file.h"
#include "pretrained/load_pretrained.h"
#include "pretrained/prepare_image.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

/// Returns the sets of a name that have a classifier.
std::vector<const WeightSet*> find_classifiers(const std::string& name) {
  std::vector<const WeightSet*> sets = find_weight_sets(name);
  std::erase_if(sets, [](const WeightSet* set) { return !set->head; });
  if (sets.empty()) {
    fail("[weights] {} has no classifier; expected a network that has, see 'convlab weights'",
         name);
  }
  return sets;
}

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

std::string sha256_of(const ByteSource& source) {
  constexpr uint64_t part = uint64_t{1} << 20U;
  Sha256 hash;
  for (uint64_t at = 0; at < source.size(); at += part)
    hash.update(source.read(at, std::min(part, source.size() - at)));
  return sha256_text(hash.finish());
}

/// Says if a file is not the published one, since it may have been trained on other images.
void check_published(const WeightSet& set, const ByteSource& source) {
  if (set.sha256.empty() || sha256_of(source) == set.sha256) return;
  std::fprintf(stderr,
               "convlab: %s is not the known file of %s; images are prepared as for that one\n",
               source.name().c_str(), set.name.c_str());
}

}  // namespace

CLI::Option* add_weights_file(CLI::App& command, std::string& weights) {
  return command
      .add_option("--weights", weights,
                  "Safetensors file with its weights; default: the file of this name in the user's "
                  "cache, $XDG_CACHE_HOME/convlab/weights or ~/.cache/convlab/weights")
      ->type_name("FILE");
}

PretrainedFile open_pretrained(const std::string& model, const std::string& weights) {
  const std::vector<const WeightSet*> sets = find_classifiers(model);
  PretrainedFile file{.path = weights.empty() ? find_weights(sets) : fs::path(weights)};
  file.source = open_file(file.path);
  file.set = &match_weight_set(sets, read_safetensors_header(*file.source), file.source->name());
  check_published(*file.set, *file.source);
  return file;
}

std::vector<uint8_t> model_of(const PretrainedFile& file) {
  const WeightSet& set = *file.set;
  const std::unique_ptr<Backend> backend = make_backend("host", 1);
  Network network(pretrained_graph(set, NetworkPart::whole), *backend, 0);
  load_pretrained(network, set, *file.source);
  return model_bytes(
      network,
      {.model = set.model, .data = "imagenet", .class_names = class_names_of(set), .options = {}});
}

GivenImage prepared(const std::string& image, const WeightSet& set) {
  const DecodedImage decoded = decode_image(read_file(image, max_image_file_bytes), image);
  return {.source = image,
          .file = {},
          .height = set.image[0],
          .width = set.image[1],
          .channels = set.image[2],
          .pixels = prepare_image(decoded, set)};
}

}  // namespace convlab
