#include "data/arriving_data.h"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/format.h"
#include "core/quoted.h"
#include "core/shape.h"
#include "data/catalog.h"
#include "data/channel_statistics.h"

namespace convlab {

namespace {

/// A data set as the built-in catalog describes it, before that of the packs has arrived.
PackedDataset expected_pack(const std::string& name) {
  const CatalogEntry& entry = find_entry(name);
  if (entry.format == "folder") {
    fail("[data] the catalog of the packed data sets has not arrived, which {} needs; try again",
         entry.title);
  }
  PackedDataset packed{.name = name, .image = entry.image, .class_names = entry.class_names};
  packed.train.count = entry.train.count;
  packed.test.count = entry.test.count;
  return packed;
}

/// ", 61.1 MiB"; empty if the sizes of its files are not known.
std::string size_text(const CatalogEntry& entry) {
  uint64_t bytes = 0;
  for (const CatalogDownload& file : entry.downloads) {
    if (!file.bytes) return "";
    bytes += *file.bytes;
  }
  return bytes == 0 ? "" : ", " + bytes_text(bytes);
}

[[noreturn]] void fail_absent(const std::string& name, std::span<const PackedDataset> hosted) {
  const auto entries = catalog();
  const auto known = std::find_if(entries.begin(), entries.end(),
                                  [&](const CatalogEntry& entry) { return entry.name == name; });
  std::string names;
  for (const PackedDataset& one : hosted) names += (names.empty() ? "" : ", ") + one.name;
  if (names.empty()) names = "none";
  if (known == entries.end())
    fail("[data] no data set {} is hosted here; those here are: {}", in_single_quotes(name), names);
  fail(
      "[data] {} is not hosted here ({}{}; licence: {}); to get it: {}; then convlab datasets pack "
      "{} packs it for this page. Hosted are: {}",
      known->title, known->source, size_text(*known), known->licence, known->get, name, names);
}

std::shared_ptr<const ChannelStatistics> statistics_of(const PackedDataset& packed) {
  if (packed.mean.empty()) return nullptr;
  return std::make_shared<const ChannelStatistics>(
      ChannelStatistics{packed.mean, packed.deviation, packed.train.count});
}

uint64_t used_bytes(const PackedSplit& split) {
  uint64_t bytes = 0;
  for (const PackedShard& shard : split.shards) bytes += shard.used.size;
  return bytes;
}

/// Bytes of the images in the shards.
uint64_t image_bytes(const PackedDataset& packed, const PackedSplit& split) {
  uint64_t bytes = 0;
  for (const PackedShard& shard : split.shards) {
    const uint64_t header = shard_header_bytes(packed.kind, static_cast<uint64_t>(shard.count));
    bytes += shard.used.size - std::min(header, shard.used.size);
  }
  return bytes;
}

uint64_t pixel_bytes(const PackedDataset& packed) {
  return static_cast<uint64_t>(packed.train.count + packed.test.count) *
         static_cast<uint64_t>(packed.image.elements());
}

/// Throws Error unless the shard has images of the data set, and is the one that comes next.
void check_next(const Dataset& dataset, const PackedDataset& packed, const PackedSplit& split,
                const PackedShard& shard, const std::string& source) {
  if (packed.image != dataset.image_shape() || split.count != dataset.size() ||
      packed.class_names.size() != dataset.class_names().size()) {
    fail(
        "[data] {}: the catalog of {} is another one than when the data set was chosen; choose it "
        "again",
        source, dataset.name());
  }
  int64_t before = 0;
  for (const PackedShard* at = split.shards.data(); at != &shard; ++at) before += at->count;
  if (before != dataset.available()) {
    fail("[data] {}: begins with image {} of {}; expected image {}", source, before, dataset.name(),
         dataset.available());
  }
}

}  // namespace

void ArrivingData::describe(std::string_view catalog, const std::string& source) {
  described_ = parse_packed_catalog(catalog, source);
}

const PackedDataset* ArrivingData::find(const std::string& name) const {
  if (!described_) return nullptr;
  const auto found = std::find_if(described_->begin(), described_->end(),
                                  [&](const PackedDataset& one) { return one.name == name; });
  return found == described_->end() ? nullptr : &*found;
}

std::shared_ptr<const Dataset> ArrivingData::make(const PackedDataset& packed,
                                                  const PackedSplit& split, Part& part) const {
  const auto finish = [&](const auto& dataset, auto& place) {
    dataset->set_statistics(statistics_of(packed));
    place = dataset;
    return dataset;
  };
  if (packed.kind == ShardKind::pixels) {
    return finish(
        std::make_shared<MemoryDataset>(packed.name, packed.image, packed.class_names, split.count),
        part.pixels);
  }
  return finish(std::make_shared<ShardedDataset>(packed.name, packed.image, packed.class_names,
                                                 split.count, image_bytes(packed, split)),
                part.encoded);
}

DatasetSplits ArrivingData::open(const std::string& name) {
  const PackedDataset* hosted = find(name);
  if (hosted == nullptr && described_) fail_absent(name, *described_);
  const PackedDataset packed = hosted != nullptr ? *hosted : expected_pack(name);
  const uint64_t bytes = std::max(used_bytes(packed.train) + used_bytes(packed.test),
                                  packed.kind == ShardKind::pixels ? pixel_bytes(packed) : 0);
  if (bytes > store_.max_bytes) {
    fail(
        "[data] {} has {} of images, more than the {} that are kept here; pack fewer with convlab "
        "datasets pack --limit N",
        name, bytes_text(bytes), bytes_text(store_.max_bytes));
  }
  Part train;
  Part test;
  DatasetSplits made{.train = make(packed, packed.train, train),
                     .test = make(packed, packed.test, test)};
  Opened& opened = opened_[name];
  std::erase_if(opened.train, &Part::is_unused);
  std::erase_if(opened.test, &Part::is_unused);
  opened.train.push_back(std::move(train));
  opened.test.push_back(std::move(test));
  return made;
}

bool ArrivingData::append_to(const std::vector<Part>& parts, const PackedDataset& packed,
                             const PackedShard& shard, std::span<const uint8_t> bytes,
                             const std::string& source) const {
  // The latest in use: data opened for a configuration that was refused is unused.
  const auto used = std::find_if_not(parts.rbegin(), parts.rend(), &Part::is_unused);
  if (used == parts.rend()) return false;
  const auto pixels = used->pixels.lock();
  const auto encoded = used->encoded.lock();
  const Dataset& dataset = pixels ? static_cast<const Dataset&>(*pixels) : *encoded;
  const bool is_train = &shard >= packed.train.shards.data() &&
                        &shard < packed.train.shards.data() + packed.train.shards.size();
  check_next(dataset, packed, is_train ? packed.train : packed.test, shard, source);
  Shard parsed = parse_shard(inflate_shard(bytes, shard.used, source), source);
  if (parsed.image != packed.image || parsed.kind != packed.kind ||
      (parsed.kind == ShardKind::pixels) != (pixels != nullptr) ||
      std::cmp_not_equal(parsed.labels.size(), shard.count)) {
    fail("[data] {}: has {} images of {} but the catalog has {} of {}", source,
         parsed.labels.size(), parsed.image, shard.count, packed.image);
  }
  if (pixels) {
    // MemoryDataset checks that the labels are classes, of which it has at most 256.
    const auto large = std::find_if(parsed.labels.begin(), parsed.labels.end(),
                                    [](uint16_t label) { return label > UINT8_MAX; });
    if (large != parsed.labels.end())
      fail("[data] {}: label {} is out of range; expected 0 to {}", source, *large, UINT8_MAX);
    pixels->append(parsed.images, std::vector<uint8_t>(parsed.labels.begin(), parsed.labels.end()),
                   source);
  } else {
    encoded->append(parsed.labels, parsed.sizes, store_.keep(source, std::move(parsed.images)));
  }
  return true;
}

bool ArrivingData::append(const std::string& name, const std::string& file,
                          std::span<const uint8_t> bytes, const std::string& source) {
  const auto opened = opened_.find(name);
  if (opened == opened_.end()) return false;
  const PackedDataset* packed = find(name);
  if (packed == nullptr) fail("[data] {}: the catalog has no data set {}", source, name);
  const auto find_shard = [&](const PackedSplit& split) -> const PackedShard* {
    const auto found = std::find_if(split.shards.begin(), split.shards.end(),
                                    [&](const PackedShard& one) { return one.file == file; });
    return found == split.shards.end() ? nullptr : &*found;
  };
  if (const PackedShard* shard = find_shard(packed->train))
    return append_to(opened->second.train, *packed, *shard, bytes, source);
  if (const PackedShard* shard = find_shard(packed->test))
    return append_to(opened->second.test, *packed, *shard, bytes, source);
  fail("[data] {}: the catalog has no such file of {}", source, name);
}

}  // namespace convlab
