#include "data/packed_catalog.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/checked_json.h"
#include "core/error.h"

namespace convlab {

namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr size_t max_text = size_t{16} << 20U;
constexpr size_t max_string = 4096;
constexpr int64_t max_images = int64_t{1} << 31U;
constexpr int64_t max_side = 4096;
constexpr int64_t max_classes = 65'535;
constexpr uint64_t max_bytes = uint64_t{1} << 40U;

/// Reads the members of one JSON object, with limits; errors name it.
class Reader {
 public:
  Reader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json_.is_object()) fail("[catalog] {}: expected an object", where_);
  }

  const Json& member(const char* name) const {
    const auto found = json_.find(name);
    if (found == json_.end()) fail("[catalog] {}: {} is missing", where_, name);
    return *found;
  }
  std::string text(const char* name) const { return text(member(name), name); }
  int64_t number(const char* name, int64_t min, int64_t max) const {
    const Json& value = member(name);
    if (!value.is_number_integer() || value.get<int64_t>() < min || value.get<int64_t>() > max)
      refuse(name, fmt::format("a whole number from {} to {}", min, max));
    return value.get<int64_t>();
  }
  const Json& list(const char* name, size_t min, size_t max) const {
    const Json& value = member(name);
    if (!value.is_array() || value.size() < min || value.size() > max)
      refuse(name, fmt::format("a list of {} to {}", min, max));
    return value;
  }
  std::vector<std::string> texts(const char* name, size_t max) const {
    std::vector<std::string> result;
    for (const Json& value : list(name, 1, max)) result.push_back(text(value, name));
    return result;
  }
  std::vector<double> numbers(const char* name, size_t count) const {
    std::vector<double> result;
    for (const Json& value : list(name, count, count)) {
      if (!value.is_number() || !(value.get<double>() >= 0 && value.get<double>() <= 255))
        refuse(name, "numbers from 0 to 255");
      result.push_back(value.get<double>());
    }
    return result;
  }
  [[noreturn]] void refuse(const char* name, const std::string& expected) const {
    fail("[catalog] {}: {} is not what was expected: {}", where_, name, expected);
  }

 private:
  std::string text(const Json& value, const char* name) const {
    if (!value.is_string() || value.get_ref<const std::string&>().size() > max_string)
      refuse(name, fmt::format("a text of at most {} bytes", max_string));
    return value.get<std::string>();
  }

  const Json& json_;
  std::string where_;
};

bool is_digits(std::string_view text, std::string_view digits) {
  return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

/// Whether `file` is NAME/PART-0000.bin or NAME/PART-0000.bin.gz.
bool is_shard_file(std::string_view file, std::string_view name, std::string_view part) {
  const std::string begin = fmt::format("{}/{}-", name, part);
  if (!file.starts_with(begin)) return false;
  file.remove_prefix(begin.size());
  if (file.ends_with(".gz")) file.remove_suffix(3);
  if (!file.ends_with(".bin")) return false;
  file.remove_suffix(4);
  return is_digits(file, "0123456789") && file.size() <= 9;
}

PackedShard read_shard(const Json& json, const std::string& where, const std::string& name,
                       const char* part) {
  const Reader reader(json, where);
  const auto max = static_cast<int64_t>(max_large_shard_bytes);
  PackedShard shard{
      .file = reader.text("file"),
      .count = reader.number("count", 1, max_images),
      .bytes = static_cast<uint64_t>(reader.number("bytes", 1, max)),
      .used = {static_cast<uint64_t>(reader.number("size", 1, max)), reader.text("sha256")}};
  if (!is_shard_file(shard.file, name, part))
    reader.refuse("file", fmt::format("{}/{}-0000.bin or .bin.gz", name, part));
  if (shard.used.sha256.size() != 64 || !is_digits(shard.used.sha256, "0123456789abcdef"))
    reader.refuse("sha256", "64 hexadecimal digits");
  return shard;
}

PackedSplit read_split(const Json& json, const std::string& where, const std::string& name,
                       const char* part) {
  const Reader reader(json, where);
  PackedSplit split{
      .count = reader.number("count", 1, max_images),
      .bytes = static_cast<uint64_t>(reader.number("bytes", 1, static_cast<int64_t>(max_bytes)))};
  int64_t count = 0;
  for (const Json& shard : reader.list("shards", 1, max_text)) {
    split.shards.push_back(read_shard(shard, where, name, part));
    count += split.shards.back().count;
  }
  if (count != split.count) reader.refuse("count", fmt::format("{}, as in its shards", count));
  return split;
}

PackedDataset read_dataset(const Json& json, const std::string& source) {
  const std::string name = Reader(json, source).text("name");
  if (!is_pack_name(name))
    fail("[catalog] {}: a name of a data set is not of letters, digits, '-', '_' and '.'", source);
  const std::string where = source + ": " + name;
  const Reader reader(json, where);
  const std::string kind = reader.text("kind");
  if (kind != "pixels" && kind != "encoded") reader.refuse("kind", "pixels or encoded");
  const int64_t channels = reader.number("channels", 1, 4);
  const Reader splits(reader.member("splits"), where);
  return {.name = name,
          .title = reader.text("title"),
          .description = reader.text("description"),
          .source = reader.text("source"),
          .licence = reader.text("licence"),
          .get = reader.text("get"),
          .kind = kind == "pixels" ? ShardKind::pixels : ShardKind::encoded,
          .image = {reader.number("height", 1, max_side), reader.number("width", 1, max_side),
                    channels},
          .class_names = reader.texts("classes", max_classes),
          .mean = reader.numbers("mean", static_cast<size_t>(channels)),
          .deviation = reader.numbers("deviation", static_cast<size_t>(channels)),
          .train = read_split(splits.member("train"), where + ", train", name, "train"),
          .test = read_split(splits.member("test"), where + ", test", name, "test"),
          .made_from = reader.text("made_from")};
}

OrderedJson split_json(const PackedSplit& split) {
  OrderedJson shards = OrderedJson::array();
  for (const PackedShard& shard : split.shards) {
    shards.push_back({{"file", shard.file},
                      {"count", shard.count},
                      {"bytes", shard.bytes},
                      {"size", shard.used.size},
                      {"sha256", shard.used.sha256}});
  }
  return {{"count", split.count}, {"bytes", split.bytes}, {"shards", std::move(shards)}};
}

}  // namespace

std::vector<PackedDataset> parse_packed_catalog(std::string_view text, const std::string& source) {
  if (text.size() > max_text)
    fail("[catalog] {}: {} bytes; expected at most {}", source, text.size(), max_text);
  Json root;
  try {
    root = parse_within<Json>({.depth = 7}, text);
  } catch (const JsonRefusal& refusal) {
    fail("[catalog] {}: byte {}: {}", source, refusal.byte, refusal.what());
  }
  std::vector<PackedDataset> datasets;
  constexpr size_t max_datasets = 1000;
  const Reader reader(root, source);
  for (const Json& json : reader.list("datasets", 0, max_datasets)) {
    datasets.push_back(read_dataset(json, source));
    const auto same = [&](const PackedDataset& other) {
      return &other != &datasets.back() && other.name == datasets.back().name;
    };
    if (std::any_of(datasets.begin(), datasets.end(), same))
      fail("[catalog] {}: {} is there twice", source, datasets.back().name);
  }
  return datasets;
}

std::string packed_catalog_text(std::span<const PackedDataset> datasets) {
  OrderedJson list = OrderedJson::array();
  for (const PackedDataset& one : datasets) {
    list.push_back({{"name", one.name},
                    {"title", one.title},
                    {"description", one.description},
                    {"source", one.source},
                    {"licence", one.licence},
                    {"get", one.get},
                    {"kind", one.kind == ShardKind::pixels ? "pixels" : "encoded"},
                    {"height", one.image[0]},
                    {"width", one.image[1]},
                    {"channels", one.image[2]},
                    {"classes", one.class_names},
                    {"mean", one.mean},
                    {"deviation", one.deviation},
                    {"splits", {{"train", split_json(one.train)}, {"test", split_json(one.test)}}},
                    {"made_from", one.made_from}});
  }
  return OrderedJson{{"datasets", std::move(list)}}.dump(1) + "\n";
}

bool is_pack_name(std::string_view name) {
  constexpr std::string_view alphanumeric =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  constexpr size_t max_length = 100;
  return !name.empty() && name.size() <= max_length &&
         alphanumeric.find(name[0]) != std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return alphanumeric.find(c) != std::string_view::npos || c == '-' || c == '_' ||
                  c == '.';
         });
}

}  // namespace convlab
