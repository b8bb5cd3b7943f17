#include "data/own_data_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/checked_json.h"
#include "core/counted.h"
#include "core/error.h"

namespace convlab {

namespace {

using Json = nlohmann::json;

constexpr size_t max_listed_names = 100;

const Json& member(const Json& object, const char* name, Json::value_t type) {
  const auto found = object.find(name);
  if (found == object.end() || found->type() != type)
    fail("[data] files from the page: \"{}\" is missing or has another type", name);
  return *found;
}

uint64_t whole_number(const Json& object, const char* name, uint64_t max) {
  const auto value = member(object, name, Json::value_t::number_unsigned).get<uint64_t>();
  if (value > max)
    fail("[data] files from the page: {} is {}; expected at most {}", name, value, max);
  return value;
}

ListedFile read_file_entry(const Json& entry) {
  if (!entry.is_object()) fail("[data] files from the page: a file is no object");
  constexpr uint64_t max_exact = uint64_t{1} << 53U;  // numbers of JavaScript
  return {.path = member(entry, "path", Json::value_t::string),
          .size = whole_number(entry, "size", max_exact),
          .source = static_cast<int32_t>(
              whole_number(entry, "source", std::numeric_limits<int32_t>::max()))};
}

}  // namespace

ListedFiles parse_listed_files(std::string_view json) {
  if (json.size() > ListedFiles::max_json_bytes) {
    fail("[data] files from the page: {} of JSON; expected at most {}",
         counted(json.size(), "byte"), ListedFiles::max_json_bytes);
  }
  const Json root = parse_within<Json>({.depth = 3, .members = 16}, json);
  if (!root.is_object()) fail("[data] files from the page: no object");
  ListedFiles listed{.name = member(root, "name", Json::value_t::string), .files = {}};
  const Json& files = member(root, "files", Json::value_t::array);
  if (files.size() > ListedFiles::max_files) {
    fail("[data] {}; expected at most {}. An archive (.zip or .tar) may hold more",
         counted(files.size(), "file"), ListedFiles::max_files);
  }
  for (const Json& entry : files) listed.files.push_back(read_file_entry(entry));
  return listed;
}

std::string describe_data(const std::string& name, const DatasetSplits& splits,
                          const std::vector<std::string>& models) {
  const Dataset& train = *splits.train;
  std::vector<std::string> names = train.class_names();
  names.resize(std::min(names.size(), max_listed_names));
  const Shape& image = train.image_shape();
  return Json{{"name", name},
              {"train", train.size()},
              {"test", splits.test->size()},
              {"classes", train.classes()},
              {"class_names", names},
              {"height", image[0]},
              {"width", image[1]},
              {"channels", image[2]},
              {"has_common_size", train.has_common_size()},
              {"notes", splits.notes},
              {"models", models}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace convlab
