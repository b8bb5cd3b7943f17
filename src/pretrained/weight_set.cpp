#include "pretrained/weight_set.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "pretrained_assets.h"

namespace convlab {

namespace {

using Json = nlohmann::json;

KernelLayout read_layout(const std::string& name) {
  if (name == "OIHW") return KernelLayout::oihw;
  if (name == "HWIO") return KernelLayout::hwio;
  fail("[pretrained] unknown layout {}; expected OIHW or HWIO", name);
}

/// Returns the names that libraries give to the same layers.
std::vector<LayerNaming> read_namings(const Json& json, const Json& known) {
  std::vector<std::string> layers;
  for (const Json& pattern : json.at("layers")) {
    const auto names = expand_names(pattern.get<std::string>());
    layers.insert(layers.end(), names.begin(), names.end());
  }
  std::vector<LayerNaming> namings;
  for (const Json& name : json.at("namings")) {
    const Json& naming = known.at(name.get<std::string>());
    namings.push_back({.naming = {.layout = read_layout(naming.at("layout")),
                                  .parameters = naming.at("parameters")},
                       .layers = layers});
  }
  return namings;
}

bool is_bgr(const std::string& channels) {
  if (channels != "RGB" && channels != "BGR")
    fail("[pretrained] unknown order of channels {}; expected RGB or BGR", channels);
  return channels == "BGR";
}

Preprocessing read_preprocessing(const Json& json) {
  return {.bgr = is_bgr(json.at("channels")),
          .range = json.at("range"),
          .mean = json.at("mean"),
          .deviation = json.at("deviation"),
          .resize = json.at("resize")};
}

WeightSet read_set(const Json& json, const Json& root) {
  const int64_t side = json.at("image");
  WeightSet set{.name = json.at("name"),
                .title = json.at("title"),
                .model = json.at("model"),
                .body = json.at("body"),
                .last_block = json.at("last_block"),
                .head = json.at("head"),
                .image = {side, side, 3},
                .classes = json.at("classes"),
                .class_names = json.at("class_names"),
                .preprocessing = read_preprocessing(
                    root.at("preprocessings").at(json.at("preprocessing").get<std::string>())),
                .namings = {},
                .file = json.at("file"),
                .url = json.value("url", ""),
                .sha256 = json.value("sha256", ""),
                .bytes = std::nullopt,
                .source = json.at("source"),
                .licence = json.at("licence"),
                .get = json.value("get", "")};
  if (json.contains("bytes")) set.bytes = json.at("bytes").get<uint64_t>();
  for (const Json& tensors : json.at("tensors")) {
    const auto namings = read_namings(tensors, root.at("namings"));
    set.namings.insert(set.namings.end(), namings.begin(), namings.end());
  }
  return set;
}

std::vector<WeightSet> read_weight_sets() {
  const Json root = Json::parse(pretrained_json);
  std::vector<WeightSet> sets;
  for (const Json& set : root.at("weights")) sets.push_back(read_set(set, root));
  return sets;
}

}  // namespace

InputNormalization Preprocessing::normalization() const {
  InputNormalization result{.scale = {}, .offset = {}};
  constexpr double max_byte = 255;
  for (size_t color = 0; color < mean.size(); ++color) {
    const size_t channel = bgr ? mean.size() - 1 - color : color;
    result.scale.push_back(static_cast<float>(range / (max_byte * deviation.at(channel))));
    result.offset.push_back(static_cast<float>(-mean.at(channel) / deviation.at(channel)));
  }
  return result;
}

std::span<const WeightSet> weight_sets() {
  static const std::vector<WeightSet> sets = read_weight_sets();
  return sets;
}

std::vector<std::string> class_names_of(const WeightSet& set) {
  if (!set.head) return {};
  // Lines of "n01440764 tench".
  std::vector<std::string> names;
  for (std::string_view rest = imagenet_classes; !rest.empty();) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    names.emplace_back(line.substr(line.find(' ') + 1));
    rest.remove_prefix(end + 1);
  }
  if (set.class_names != "imagenet_classes.txt" || std::ssize(names) != set.classes) {
    fail("[pretrained] {}: no list {} of {} classes", set.name, set.class_names, set.classes);
  }
  return names;
}

}  // namespace convlab
