#include "pack/pack_weights.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <system_error>

#include "core/error.h"
#include "core/sha256.h"
#include "data/file.h"
#include "io/write_file.h"
#include "pretrained/load_pretrained.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t max_weight_bytes = uint64_t{1} << 31U;
constexpr uintmax_t max_catalog_bytes = uintmax_t{16} << 20U;

std::string hash_of(std::span<const uint8_t> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return sha256_text(hash.finish());
}

std::vector<std::string> piece_hashes(std::span<const uint8_t> bytes) {
  std::vector<std::string> hashes;
  for (size_t at = 0; at < bytes.size(); at += weight_piece_bytes) {
    hashes.push_back(
        hash_of(bytes.subspan(at, std::min<size_t>(weight_piece_bytes, bytes.size() - at))));
  }
  return hashes;
}

/// The entries of a catalog without that of set `name`; none if it is missing or no catalog.
Json entries_of_others(const fs::path& file, const std::string& name) {
  Json entries = Json::array();
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return entries;
  const Json before = Json::parse(read_file(file, max_catalog_bytes), nullptr, false);
  if (!before.is_object() || !before.contains("weights") || !before["weights"].is_array())
    return entries;
  for (const Json& entry : before["weights"]) {
    if (entry.is_object() && entry.value("name", Json()) != name) entries.push_back(entry);
  }
  return entries;
}

Json entry_of(const WeightSet& set, const PackedWeights& packed) {
  return {{"name", set.name},      {"title", set.title},      {"network", set.model},
          {"source", set.source},  {"licence", set.licence},  {"file", packed.file},
          {"bytes", packed.bytes}, {"sha256", packed.sha256}, {"pieces", packed.pieces}};
}

}  // namespace

PackedWeights pack_weights(const ByteSource& source, const fs::path& out) {
  const WeightSet& set = weight_set_of(source);
  if (source.size() > max_weight_bytes) {
    fail("[pack] {}: {} bytes; expected at most {}", source.name(), source.size(),
         max_weight_bytes);
  }
  std::error_code error;
  fs::create_directories(out, error);
  if (error) fail("[pack] {}: {}", out.string(), error.message());
  const std::vector<uint8_t> bytes = source.read(0, source.size());
  PackedWeights packed{.name = set.name,
                       .file = set.name + ".safetensors",
                       .bytes = bytes.size(),
                       .sha256 = hash_of(bytes),
                       .pieces = piece_hashes(bytes)};
  write_file(out / packed.file, bytes);
  const fs::path catalog = out / "catalog.json";
  Json entries = entries_of_others(catalog, set.name);
  entries.push_back(entry_of(set, packed));
  const std::string text = Json{{"weights", entries}}.dump(1) + "\n";
  write_file(catalog, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  return packed;
}

}  // namespace convlab
