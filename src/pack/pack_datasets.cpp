#include "pack/pack_datasets.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.h"
#include "data/channel_statistics.h"
#include "data/file.h"
#include "data/selected_dataset.h"
#include "io/write_file.h"
#include "pack/shard_writer.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

constexpr uintmax_t max_catalog_bytes = uintmax_t{16} << 20U;

/// A folder for shards that are not all there yet; what is left in it goes with it.
class WorkFolder {
 public:
  WorkFolder(const fs::path& out, const std::string& name)
      : path_(out / ("." + name + ".packing")) {
    std::error_code error;
    fs::remove_all(path_, error);  // of a process that was killed
    fs::create_directories(path_, error);
    if (error) fail("[pack] {}: {}", path_.string(), error.message());
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string read_text(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return {};
  const std::vector<uint8_t> bytes = read_file(file, max_catalog_bytes);
  return {bytes.begin(), bytes.end()};
}

/// What was packed before; nothing if the catalog is missing, or not one of this format.
std::vector<PackedDataset> packed_before(const fs::path& file) {
  try {
    return parse_packed_catalog(read_text(file), file.string());
  } catch (const Error&) {
    return {};
  }
}

bool is_whole(const PackedDataset& packed, const fs::path& out) {
  for (const PackedSplit* split : {&packed.train, &packed.test}) {
    for (const PackedShard& shard : split->shards) {
      std::error_code error;
      if (fs::file_size(out / shard.file, error) != shard.bytes || error) return false;
    }
  }
  return true;
}

/// "train-0003.bin.gz" and the like.
bool is_shard_name(std::string_view name) {
  return (name.starts_with("train-") || name.starts_with("test-")) &&
         (name.ends_with(".bin") || name.ends_with(".bin.gz"));
}

/// Puts the shards in place, after all of them have been written.
void place(const PackedDataset& packed, const fs::path& work, const fs::path& out) {
  fs::create_directories(out / packed.name);
  for (const PackedSplit* split : {&packed.train, &packed.test}) {
    for (const PackedShard& shard : split->shards)
      fs::rename(work / fs::path(shard.file).filename(), out / shard.file);
  }
}

void remove_unlisted(const PackedDataset& packed, const fs::path& out) {
  std::set<std::string> listed;
  for (const PackedSplit* split : {&packed.train, &packed.test}) {
    for (const PackedShard& shard : split->shards)
      listed.insert(fs::path(shard.file).filename().string());
  }
  std::vector<fs::path> unlisted;
  for (const fs::directory_entry& entry : fs::directory_iterator(out / packed.name)) {
    const std::string name = entry.path().filename().string();
    if (is_shard_name(name) && !listed.contains(name)) unlisted.push_back(entry.path());
  }
  for (const fs::path& file : unlisted) fs::remove(file);
}

void write_catalog(const std::vector<PackedDataset>& catalog, const fs::path& file) {
  const std::string text = packed_catalog_text(catalog);
  if (read_text(file) != text)
    write_file(file, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

class Packer {
 public:
  Packer(const PackOptions& options, PackListener& listener)
      : options_(options),
        listener_(listener),
        file_(options.out / "catalog.json"),
        catalog_(packed_before(file_)) {}

  /// Returns false if the data set is not found and may be left out.
  bool pack(const PackSource& source) {
    const fs::path data_dir = find_data_dir(source, options_.environment);
    PackedDataset packed = describe_pack(source.data);
    const auto files = find_dataset_files(source.data, data_dir, options_.environment);
    packed.made_from = pack_fingerprint(packed, files, options_.limit);
    const auto old = find(packed.name);
    if (!files.empty() && old != catalog_.end() && old->made_from == packed.made_from &&
        is_whole(*old, options_.out)) {
      listener_.up_to_date(*old);
      return true;
    }
    DatasetSplits splits;
    try {
      listener_.reading(packed.name);
      splits = load_dataset(source.data, data_dir, options_.environment);
    } catch (const Error& error) {
      if (!files.empty() || !options_.skip_missing) throw;
      listener_.left_out(error.what());
      return false;
    }
    if (options_.limit > 0) splits = first_of_each_class(std::move(splits), options_.limit);
    write(packed, splits);
    list(packed);
    return true;
  }

 private:
  std::vector<PackedDataset>::iterator find(const std::string& name) {
    return std::find_if(catalog_.begin(), catalog_.end(),
                        [&](const PackedDataset& one) { return one.name == name; });
  }

  void write(PackedDataset& packed, const DatasetSplits& splits) {
    const Dataset& train = *splits.train;
    packed.kind = shard_kind(train);
    packed.image = train.image_shape();
    packed.class_names = train.class_names();
    const ChannelStatistics statistics = channel_statistics(train);
    packed.mean = statistics.mean;
    packed.deviation = statistics.deviation;
    const WorkFolder work(options_.out, packed.name);
    const int64_t images = train.size() + splits.test->size();
    packed.train = write_shards(train, packed.name, "train", work.path(), [&](int64_t done) {
      listener_.progress(packed.name, done, images);
    });
    packed.test = write_shards(*splits.test, packed.name, "test", work.path(), [&](int64_t done) {
      listener_.progress(packed.name, train.size() + done, images);
    });
    // What the page would refuse is not put in place.
    parse_packed_catalog(packed_catalog_text({&packed, 1}), packed.name);
    place(packed, work.path(), options_.out);
  }

  /// Lists the data set in the catalog, in its old place if it has one.
  void list(const PackedDataset& packed) {
    const auto old = find(packed.name);
    if (old != catalog_.end()) {
      *old = packed;
    } else {
      catalog_.push_back(packed);
    }
    write_catalog(catalog_, file_);
    remove_unlisted(packed, options_.out);
    listener_.packed(packed);
  }

  const PackOptions& options_;
  PackListener& listener_;
  fs::path file_;
  std::vector<PackedDataset> catalog_;
};

void check_names(std::span<const PackSource> sources) {
  std::set<std::string> names;
  for (const PackSource& source : sources) {
    if (!is_data_path(source.data)) find_entry(source.data);
    if (!names.insert(pack_name(source.data)).second)
      fail("[pack] two data sets would be packed as {}; rename one of the files or folders",
           pack_name(source.data));
  }
}

}  // namespace

void pack_datasets(std::span<const PackSource> sources, const PackOptions& options,
                   PackListener& listener) {
  check_names(sources);
  std::error_code error;
  fs::create_directories(options.out, error);
  if (error) fail("[pack] {}: {}", options.out.string(), error.message());
  Packer packer(options, listener);
  bool found = false;
  for (const PackSource& source : sources) found = packer.pack(source) || found;
  if (!found) fail("[pack] found no data set to pack");
}

}  // namespace convlab
