#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "pretrained/weight_set.h"

namespace convlab {

/// Bytes of a piece of a weight file, which has a checksum; the last one may be shorter.
constexpr uint64_t weight_piece_bytes = uint64_t{1} << 20U;

/// A weight file as the page finds it.
struct PackedWeights {
  std::string name;  ///< of the WeightSet
  std::string file;  ///< below the folder of the catalog
  uint64_t bytes = 0;
  std::string sha256;
  std::vector<std::string> pieces;  ///< SHA-256 of each
};

/// Copies weight files for the page: writes OUT/NAME.safetensors, as it is, and lists it in
/// OUT/catalog.json (docs/files.md), where entries of other sets stay. The page fetches only those
/// pieces of a file that it needs. Throws Error for a file that has not the tensors of a known set,
/// and if files cannot be written; each is written whole or not at all.
PackedWeights pack_weights(const ByteSource& source, const std::filesystem::path& out);

}  // namespace convlab
