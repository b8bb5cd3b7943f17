#include "io/json_text.h"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "core/error.h"

namespace convlab {

namespace {

constexpr int max_depth = 16;

/// What the parser reports while it reads: refuses deep nesting, before it costs anything, and keys
/// given twice, of which the JSON library would keep the last.
class Watch {
 public:
  explicit Watch(const std::string& where) : where_(where) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    switch (event) {
      case Json::parse_event_t::object_start:
        keys_.emplace_back();
        check_depth(depth);
        break;
      case Json::parse_event_t::array_start:
        check_depth(depth);
        break;
      case Json::parse_event_t::object_end:
        keys_.pop_back();
        break;
      case Json::parse_event_t::key:
        add_key(parsed.get_ref<const std::string&>());
        break;
      default:
        break;
    }
    return true;
  }

 private:
  void check_depth(int depth) const {
    if (depth >= max_depth) fail(where_, " is nested more than ", max_depth, " deep");
  }
  void add_key(const std::string& key) {
    if (!keys_.back().insert(key).second) fail(where_, " names ", in_quotes(key), " twice");
  }

  const std::string& where_;
  std::vector<std::set<std::string>> keys_;
};

OptionValue option_value(const Json& json, const std::string& where) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned() && !std::in_range<int64_t>(json.get<uint64_t>())) {
    fail(where, " is too large");
  }
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  fail(where, " must be true, false, a number or a string");
}

}  // namespace

Json parse_json(std::string_view text, const std::string& where) {
  try {
    // By reference: the library copies its callback.
    Watch watch(where);
    return Json::parse(text, [&watch](int depth, Json::parse_event_t event, const Json& parsed) {
      return watch(depth, event, parsed);
    });
  } catch (const Json::parse_error& error) {
    fail(where, " is not JSON at its byte ", error.byte);
  } catch (const Json::exception& error) {
    fail(where, " is not JSON: ", error.what());
  }
}

std::string dump_json(const Json& json) {
  try {
    return json.dump();
  } catch (const Json::exception& error) {
    fail("[json] ", error.what());
  }
}

std::string in_quotes(std::string_view name) {
  return Json(name).dump(-1, ' ', true, Json::error_handler_t::replace);
}

const Json& member(const Json& object, const char* key, const std::string& where) {
  if (!object.is_object()) fail(where, " must be an object");
  const auto found = object.find(key);
  if (found == object.end()) fail(where, " lacks ", in_quotes(key));
  return *found;
}

std::string string_member(const Json& object, const char* key, const std::string& where) {
  const Json& value = member(object, key, where);
  if (!value.is_string()) fail(where, ": ", in_quotes(key), " must be a string");
  return value.get<std::string>();
}

Shape read_shape(const Json& json, const std::string& where) {
  if (!json.is_array()) fail(where, ": the shape must be a list of whole numbers");
  Shape shape;
  for (const Json& extent : json) {
    if (!extent.is_number_unsigned() || !std::in_range<int64_t>(extent.get<uint64_t>())) {
      fail(where, ": an extent of the shape is not a whole number from 0 to 2^63 - 1");
    }
    try {
      shape.append(extent.get<int64_t>());
    } catch (const Error& error) {
      fail(where, ": ", error.what());
    }
  }
  return shape;
}

Json shape_json(const Shape& shape) {
  Json json = Json::array();
  for (const int64_t extent : shape) json.push_back(extent);
  return json;
}

Options read_options_json(const Json& json, const std::string& where) {
  if (!json.is_object()) fail(where, ": the options must be an object");
  Options options;
  for (const auto& [name, value] : json.items()) {
    options.emplace_back(name, option_value(value, concat(where, ": option ", in_quotes(name))));
  }
  return options;
}

Json options_json(const Options& options) {
  Json json = Json::object();
  for (const auto& [name, value] : options) {
    std::visit([&json, &key = name](const auto& plain) { json[key] = plain; }, value);
  }
  return json;
}

}  // namespace convlab
