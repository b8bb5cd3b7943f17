#include "io/json_text.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/checked_json.h"
#include "core/error.h"
#include "core/quoted.h"

namespace convlab {

namespace {

constexpr size_t max_depth = 16;
constexpr size_t max_members = 1000;

/// Returns the position of a byte of the text.
TextPosition position_of(std::string_view text, size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  const auto column = 1 + std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start),
                                        before.end(), is_start);
  return {line, column};
}

/// Returns the member or element `step` of a value; null if there is none.
const Json* child_of(const Json& json, const std::string& step) {
  if (json.is_object()) {
    const auto found = json.find(step);
    return found == json.end() ? nullptr : &*found;
  }
  for (size_t i = 0; json.is_array() && i < json.size(); ++i) {
    if (std::to_string(i) == step) return &json[i];
  }
  return nullptr;
}

/// Returns the byte at which a value starts.
size_t start_of(std::string_view text, const Json& json) {
  if (!json.is_string()) return json.start_pos();
  return opening_quote(text, json.end_pos() - 1);  // start_pos is too late if there are escapes
}

/// Parses `text` and adds line and column to errors.
template <class AnyJson>
AnyJson parse_located(const JsonLimits& limits, std::string_view text, const std::string& where) {
  try {
    return parse_within<AnyJson>(limits, text);
  } catch (const JsonRefusal& refusal) {
    throw JsonError(where, position_of(text, refusal.byte), refusal.what());
  }
}

}  // namespace

Json parse_json(std::string_view text, const std::string& where) {
  return parse_located<Json>({.depth = max_depth, .members = max_members}, text, where);
}

SortedJson parse_sorted_json(std::string_view text, const std::string& where) {
  return parse_located<SortedJson>({.depth = max_depth}, text, where);
}

TextPosition json_position(std::string_view text, const Json& root, const JsonPath& path) {
  const Json* json = &root;
  for (const std::string& step : path) {
    const Json* child = child_of(*json, step);
    if (child == nullptr) break;
    json = child;
  }
  return position_of(text, start_of(text, *json));
}

std::string dump_json(const Json& json) {
  try {
    return json.dump();
  } catch (const Json::exception& error) {
    fail("[json] {}", error.what());
  }
}

template <class AnyJson>
const AnyJson& member(const AnyJson& object, const char* key, const std::string& where) {
  if (!object.is_object()) fail("{} must be an object", where);
  const auto found = object.find(key);
  if (found == object.end()) fail("{} lacks {}", where, in_quotes(key));
  return *found;
}
template const Json& member(const Json&, const char*, const std::string&);
template const SortedJson& member(const SortedJson&, const char*, const std::string&);

template <class AnyJson>
std::string string_member(const AnyJson& object, const char* key, const std::string& where) {
  const AnyJson& value = member(object, key, where);
  if (!value.is_string()) fail("{}: {} must be a string", where, in_quotes(key));
  return value.template get<std::string>();
}
template std::string string_member(const Json&, const char*, const std::string&);
template std::string string_member(const SortedJson&, const char*, const std::string&);

template <class AnyJson>
Shape read_shape(const AnyJson& json, const std::string& where) {
  if (!json.is_array()) fail("{}: the shape must be a list of whole numbers", where);
  Shape shape;
  for (const AnyJson& dim : json) {
    if (!dim.is_number_unsigned() || !std::in_range<int64_t>(dim.template get<uint64_t>())) {
      fail("{}: a dimension of the shape is not a whole number from 0 to 2^63 - 1", where);
    }
    try {
      shape.append(dim.template get<int64_t>());
    } catch (const Error& error) {
      fail("{}: {}", where, error.what());
    }
  }
  return shape;
}
template Shape read_shape(const Json&, const std::string&);
template Shape read_shape(const SortedJson&, const std::string&);

Json shape_json(const Shape& shape) {
  Json json = Json::array();
  for (const int64_t dim : shape) json.push_back(dim);
  return json;
}

OptionValue read_option_json(const Json& json, const std::string& where) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned() && !std::in_range<int64_t>(json.get<uint64_t>())) {
    fail("{} is too large", where);
  }
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  fail("{} must be true, false, a number or a string", where);
}

Options read_options_json(const Json& json, const std::string& where) {
  if (!json.is_object()) fail("{}: the options must be an object", where);
  Options options;
  for (const auto& [name, value] : json.items()) {
    options.emplace_back(
        name, read_option_json(value, fmt::format("{}: option {}", where, in_quotes(name))));
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
