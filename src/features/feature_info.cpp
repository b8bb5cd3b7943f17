#include "features/feature_info.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/checked_json.h"
#include "core/error.h"
#include "core/quoted.h"
#include "core/sha256.h"
#include "core/utf8.h"
#include "data/fingerprint.h"

namespace convlab {

namespace {

using Json = nlohmann::json;

constexpr int64_t max_images = int64_t{1} << 31;
constexpr int64_t max_copies = 1000;
constexpr int64_t max_features = int64_t{1} << 24;
constexpr size_t max_classes = 65'535;
constexpr JsonLimits limits{.depth = 4, .members = 100};

/// Calls `field` with the name of each field and the field itself of each of `infos`.
template <class Field, class... Infos>
void visit_fields(Field&& field, Infos&... infos) {
  field("backbone", infos.backbone...);
  field("weights", infos.weights...);
  field("preprocessing", infos.preprocessing...);
  field("pool", infos.pool...);
  field("backend", infos.backend...);
  field("winograd", infos.winograd...);
  field("data", infos.data...);
  field("data_key", infos.data_key...);
  field("shape", infos.shape...);
  field("class_names", infos.class_names...);
  field("train", infos.train...);
  field("validation", infos.validation...);
  field("copies", infos.copies...);
  field("augmentation", infos.augmentation...);
  field("seed", infos.seed...);
}

Json json_of(const Shape& shape) { return std::vector<int64_t>(shape.begin(), shape.end()); }

template <class Value>
Json json_of(const Value& value) {
  return value;
}

/// Reads fields of an object from outside.
class Reader {
 public:
  Reader(const Json& object, const std::string& where) : object_(object), where_(where) {}

  void operator()(const char* name, std::string& value) const {
    value = string_of(member(name), name);
  }
  void operator()(const char* name, int64_t& value) const {
    value = whole_number(member(name), name);
  }
  void operator()(const char* name, uint64_t& value) const {
    const Json& json = member(name);
    if (!json.is_number_unsigned()) fail("{}: {} must be a whole number", where_, name);
    value = json.get<uint64_t>();
  }
  void operator()(const char* name, Shape& value) const {
    const Json& json = list(name, 3);
    if (json.size() != 3) fail("{}: {} must have 3 numbers", where_, name);
    value = {};
    int64_t product = 1;
    for (const Json& dim : json) {
      const int64_t size = whole_number(dim, name);
      if (size < 1 || size > max_features / product)
        fail("{}: {} {}; expected 1 to {} numbers", where_, name, json.dump(), max_features);
      product *= size;
      value.append(size);
    }
  }
  void operator()(const char* name, std::vector<std::string>& value) const {
    for (const Json& each : list(name, max_classes)) value.push_back(string_of(each, name));
  }

 private:
  const Json& member(const char* name) const {
    const auto found = object_.find(name);
    if (found == object_.end()) fail("{}: {} is missing", where_, name);
    return *found;
  }
  const Json& list(const char* name, size_t max) const {
    const Json& json = member(name);
    if (!json.is_array() || json.size() > max)
      fail("{}: {} must be a list of at most {}", where_, name, max);
    return json;
  }
  std::string string_of(const Json& json, const char* name) const {
    if (!json.is_string()) fail("{}: {} must be a text", where_, name);
    return json.get<std::string>();
  }
  int64_t whole_number(const Json& json, const char* name) const {
    if (!json.is_number_unsigned() || json.get<uint64_t>() > uint64_t{max_images})
      fail("{}: {} must be a whole number from 0 to {}", where_, name, max_images);
    return json.get<int64_t>();
  }

  const Json& object_;
  const std::string& where_;
};

void check_info(const FeatureInfo& info, const std::string& where) {
  if (info.copies > max_copies)
    fail("{}: {} copies; expected at most {}", where, info.copies, max_copies);
  if (info.class_names.empty()) fail("{}: class_names is empty", where);
  if (info.train_rows() > max_images || info.validation > max_images)
    fail("{}: {} rows; expected at most {}", where, info.rows(), max_images);
}

/// A hash of images and labels. Dataset::fingerprint of image files knows their names and sizes
/// alone.
uint64_t contents_hash(const Dataset& data) {
  uint64_t hash = data.fingerprint();
  if (data.has_common_size()) return hash;
  std::vector<uint8_t> buffer;
  for (int64_t i = 0; i < data.size(); ++i) {
    try {
      hash = hash_bytes(data.fetch(i, buffer), hash);
    } catch (const Error&) {
      hash = hash_bytes({}, hash);  // it cannot be read; its features are left out, too
    }
  }
  return hash;
}

template <size_t Count>
std::string numbers_text(const std::array<double, Count>& numbers) {
  return fmt::format("({:g})", fmt::join(numbers, ", "));
}

}  // namespace

std::string FeatureInfo::features() const {
  constexpr size_t shown = 12;  // digits of the hash
  return escaped_utf8(fmt::format("{}, weights {}, {}, pool {}", backbone, weights.substr(0, shown),
                                  preprocessing, pool));
}

std::string preprocessing_text(const WeightSet& set) {
  const Preprocessing& how = set.preprocessing;
  return fmt::format("{} 0 to {:g}, mean {}, deviation {}, {} of {} pixels",
                     how.bgr ? "BGR" : "RGB", how.range, numbers_text(how.mean),
                     numbers_text(how.deviation), set.image[0], how.resize);
}

std::string data_key(const DatasetSplits& data) {
  const Json json{{"class_names", data.train->class_names()},
                  {"train", {data.train->size(), contents_hash(*data.train)}},
                  {"validation", {data.test->size(), contents_hash(*data.test)}}};
  const std::string text =
      json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
  Sha256 hash;
  hash.update({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  return sha256_text(hash.finish());
}

std::string feature_info_text(const FeatureInfo& info) {
  Json json = Json::object();
  visit_fields([&json](const char* name, const auto& value) { json[name] = json_of(value); }, info);
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

FeatureInfo parse_feature_info(std::string_view text, const std::string& where) {
  Json json;
  try {
    json = parse_within<Json>(limits, text);
  } catch (const JsonRefusal& refusal) {
    fail("{}, byte {}: {}", where, refusal.byte, refusal.what());
  }
  if (!json.is_object()) fail("{} must be an object", where);
  FeatureInfo info;
  visit_fields(Reader(json, where), info);
  check_info(info, where);
  return info;
}

std::string feature_differences(const FeatureInfo& a, const FeatureInfo& b) {
  std::vector<std::string> names;
  visit_fields(
      [&names](const char* name, const auto& left, const auto& right) {
        if (!(left == right)) names.emplace_back(name);
      },
      a, b);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<NewTensor> feature_tensors(const FeatureInfo& info) {
  return {{"train/features", "F16", info.shape.with_batch(info.train_rows())},
          {"validation/features", "F16", info.shape.with_batch(info.validation)},
          {"train/labels", "I32", {info.train_rows()}},
          {"validation/labels", "I32", {info.validation}}};
}

}  // namespace convlab
