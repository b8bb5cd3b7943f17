#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "core/sha256.h"
#include "data/bytes.h"
#include "data/packed_catalog.h"

/// Packed data sets for tests.
namespace convlab {

inline ShardCheck check_of(std::span<const uint8_t> used) {
  Sha256 hash;
  hash.update(used);
  return {used.size(), sha256_text(hash.finish())};
}

/// What a catalog says of shards.
inline PackedSplit split_of(const std::string& name, const std::string& part,
                            const std::vector<Shard>& shards) {
  PackedSplit split;
  for (const Shard& shard : shards) {
    const Bytes used = encode_shard(shard);
    split.shards.push_back({.file = fmt::format("{}/{}-{:04}.bin", name, part, split.shards.size()),
                            .count = static_cast<int64_t>(shard.labels.size()),
                            .bytes = used.size(),
                            .used = check_of(used)});
    split.count += split.shards.back().count;
    split.bytes += used.size();
  }
  return split;
}

inline PackedDataset packed_of(const std::string& name, const std::vector<Shard>& train,
                               const std::vector<Shard>& test) {
  const Shard& first = train.front();
  PackedDataset packed{.name = name, .title = name, .kind = first.kind, .image = first.image};
  for (int64_t i = 0; i < first.classes; ++i) packed.class_names.push_back(fmt::format("{}", i));
  packed.mean.assign(static_cast<size_t>(first.image[2]), 33.25);
  packed.deviation.assign(static_cast<size_t>(first.image[2]), 78.5);
  packed.train = split_of(name, "train", train);
  packed.test = split_of(name, "test", test);
  return packed;
}

}  // namespace convlab
