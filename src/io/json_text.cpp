#include "io/json_text.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/quoted.h"

namespace convlab {

namespace {

constexpr size_t max_depth = 16;

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
  // start_pos is too late if there are escapes. Quotes within a string follow a backslash, as the
  // quote at its start cannot.
  size_t quote = text.rfind('"', json.end_pos() - 2);
  while (quote > 0 && text[quote - 1] == '\\') quote = text.rfind('"', quote - 1);
  return quote;
}

/// Iterates over characters and counts them, so that Watch knows the position of the parser.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, size_t& count) : at_(at), count_(&count) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  size_t* count_;
};

/// Receives what the parser reads before any of it is stored: rejects deep nesting, and duplicate
/// keys, of which the JSON library would keep the last. Not a callback of Json::parse, which after
/// each object and list goes through the one around it.
class Watch final : public nlohmann::json_sax<Json> {
 public:
  Watch(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  /// Stops at invalid JSON, which is left to Json::parse to report.
  void read() {
    const char* first = text_.data();
    Json::sax_parse(CountingIterator(first, count_), CountingIterator(first + text_.size(), count_),
                    this);
  }

  /// Returns the number of characters that the parser has read.
  size_t count() const { return count_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool key(string_t& key) override {
    if (keys_.back().insert(key).second) return true;
    const size_t opening_quote = text_.rfind('"', count_ - 2);
    throw JsonError(where_, position_of(text_, opening_quote),
                    in_quotes(key) + " occurs twice in an object");
  }
  bool parse_error(size_t, const std::string&, const Json::exception&) override { return false; }

 private:
  bool enter() {
    if (keys_.size() == max_depth) {
      throw JsonError(where_, position_of(text_, count_ - 1),
                      fmt::format("nested more than {} deep", max_depth));
    }
    keys_.emplace_back();
    return true;
  }

  bool leave() {
    keys_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& where_;
  size_t count_ = 0;
  std::vector<std::set<std::string>> keys_;  // of the objects and lists around the current place
};

/// Extracts what was wrong and what was expected from an error of the JSON library, with control
/// and non-ASCII characters escaped.
std::string problem(const Json::exception& error) {
  std::string_view text =
      error.what();  // "[…] parse error at line 1, column 2: … while … - unexpected …"
  for (const std::string_view before : {"] ", ", column ", ": ", " - "}) {
    if (const size_t at = text.find(before); at != std::string_view::npos)
      text.remove_prefix(at + before.size());
  }
  const std::string escaped = in_quotes(text);
  std::string plain;
  for (size_t i = 1; i + 1 < escaped.size(); ++i) {
    const bool is_quote = escaped[i] == '\\' && (escaped[i + 1] == '"' || escaped[i + 1] == '\\');
    plain += escaped[is_quote ? ++i : i];
  }
  return plain;
}

}  // namespace

Json parse_json(std::string_view text, const std::string& where) {
  Watch watch(text, where);
  watch.read();
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const size_t byte = std::min(std::max<size_t>(error.byte, 1) - 1, text.size());
    throw JsonError(where, position_of(text, byte), "not JSON: " + problem(error));
  } catch (const Json::exception& error) {
    const size_t byte = std::min(watch.count(), text.size());
    throw JsonError(where, position_of(text, byte), "not JSON: " + problem(error));
  }
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

const Json& member(const Json& object, const char* key, const std::string& where) {
  if (!object.is_object()) fail("{} must be an object", where);
  const auto found = object.find(key);
  if (found == object.end()) fail("{} lacks {}", where, in_quotes(key));
  return *found;
}

std::string string_member(const Json& object, const char* key, const std::string& where) {
  const Json& value = member(object, key, where);
  if (!value.is_string()) fail("{}: {} must be a string", where, in_quotes(key));
  return value.get<std::string>();
}

Shape read_shape(const Json& json, const std::string& where) {
  if (!json.is_array()) fail("{}: the shape must be a list of whole numbers", where);
  Shape shape;
  for (const Json& dim : json) {
    if (!dim.is_number_unsigned() || !std::in_range<int64_t>(dim.get<uint64_t>())) {
      fail("{}: a dimension of the shape is not a whole number from 0 to 2^63 - 1", where);
    }
    try {
      shape.append(dim.get<int64_t>());
    } catch (const Error& error) {
      fail("{}: {}", where, error.what());
    }
  }
  return shape;
}

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
