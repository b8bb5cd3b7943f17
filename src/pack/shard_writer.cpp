#include "pack/shard_writer.h"

#include <fmt/format.h>
#include <span>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/sha256.h"
#include "data/formats/shard.h"
#include "io/write_file.h"
#include "pack/gzip.h"

namespace convlab {

namespace {

std::string hash_text(std::span<const uint8_t> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return sha256_text(hash.finish());
}

/// Collects images until a shard is full.
class Writer {
 public:
  Writer(const Dataset& dataset, std::string name, std::string part, std::filesystem::path folder)
      : dataset_(dataset),
        name_(std::move(name)),
        part_(std::move(part)),
        folder_(std::move(folder)) {
    start();
  }

  void add(int64_t index) {
    const std::span<const uint8_t> image = dataset_.fetch(index, buffer_);
    const uint64_t size =
        shard_header_bytes(shard_.kind, shard_.labels.size() + 1) + shard_.images.size();
    if (!shard_.labels.empty() && size + image.size() > max_shard_bytes) flush();
    shard_.labels.push_back(static_cast<uint16_t>(dataset_.label(index)));
    if (shard_.kind == ShardKind::encoded)
      shard_.sizes.push_back(static_cast<uint32_t>(image.size()));
    shard_.images.insert(shard_.images.end(), image.begin(), image.end());
  }

  PackedSplit finish() {
    flush();
    return std::move(split_);
  }

 private:
  void start() {
    shard_ = {.kind = shard_kind(dataset_),
              .image = dataset_.image_shape(),
              .classes = dataset_.classes()};
  }

  void flush() {
    const std::vector<uint8_t> used = encode_shard(shard_);
    const std::vector<uint8_t> smaller = gzip(used);
    const bool is_gzip = smaller.size() <= used.size() / 10 * 9;
    const std::vector<uint8_t>& bytes = is_gzip ? smaller : used;
    const std::string file =
        fmt::format("{}-{:04}.bin{}", part_, split_.shards.size(), is_gzip ? ".gz" : "");
    write_file(folder_ / file, bytes);
    const auto count = static_cast<int64_t>(shard_.labels.size());
    split_.shards.push_back({.file = fmt::format("{}/{}", name_, file),
                             .count = count,
                             .bytes = bytes.size(),
                             .used = {used.size(), hash_text(used)}});
    split_.count += count;
    split_.bytes += bytes.size();
    start();
  }

  const Dataset& dataset_;
  std::string name_;
  std::string part_;
  std::filesystem::path folder_;
  Shard shard_;
  PackedSplit split_;
  std::vector<uint8_t> buffer_;
};

}  // namespace

ShardKind shard_kind(const Dataset& dataset) {
  return dataset.has_common_size() ? ShardKind::pixels : ShardKind::encoded;
}

PackedSplit write_shards(const Dataset& dataset, const std::string& name, const std::string& part,
                         const std::filesystem::path& folder,
                         const std::function<void(int64_t images)>& progress) {
  if (dataset.size() == 0) fail("[pack] {}: there are no {} images", name, part);
  Writer writer(dataset, name, part, folder);
  for (int64_t i = 0; i < dataset.size(); ++i) {
    writer.add(i);
    progress(i + 1);
  }
  return writer.finish();
}

}  // namespace convlab
