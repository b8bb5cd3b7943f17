#pragma once

#include <fmt/format.h>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "core/checked_json.h"
#include "core/counted.h"
#include "core/did_you_mean.h"
#include "core/error.h"
#include "core/find_named.h"
#include "core/named_numbers.h"
#include "core/quoted.h"
#include "engine/protocol.h"

/// Encodes and decodes structures whose fields a function `visit` beside them lists (fields.h), as
/// JSON with a block of bytes. Include it only in .cpp files of this folder, so that other headers
/// do not depend on the JSON library.
namespace convlab {

using FieldJson = nlohmann::json;
/// For writing: keeps the order of the fields. Not for reading, as it compares each name with all
/// before it.
using WrittenJson = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "the block is little-endian");

inline constexpr size_t max_json_bytes = 8 << 20;  // a model document may have half of it
inline constexpr size_t max_json_depth = 8;

struct StateName {
  RunState state;
  std::string_view name;
};
inline constexpr std::array<StateName, 7> state_names{
    {{RunState::empty, "empty"},
     {RunState::ready, "ready"},
     {RunState::waiting_for_data, "waiting_for_data"},
     {RunState::running, "running"},
     {RunState::paused, "paused"},
     {RunState::finished, "finished"},
     {RunState::failed, "failed"}}};

template <class T>
constexpr std::string_view element_type() {
  if constexpr (std::is_same_v<T, float>) return "f32";
  if constexpr (std::is_same_v<T, double>) return "f64";
  if constexpr (std::is_same_v<T, int32_t>) return "i32";
  if constexpr (std::is_same_v<T, uint8_t>) return "u8";
}

/// Writes fields into a JSON object, and arrays of numbers into the block.
class FieldWriter {
 public:
  /// Where arrays of numbers go: into the block, or into the JSON.
  enum class Arrays : uint8_t { block, inside };

  explicit FieldWriter(std::vector<uint8_t>& block, Arrays arrays = Arrays::block)
      : block_(block), arrays_(arrays) {}

  void operator()(const char* name, RunState value) { object_[name] = to_string(value); }
  void operator()(const char* name, double value) {
    object_[name] = std::isfinite(value) ? WrittenJson(value) : WrittenJson(nullptr);
  }
  template <class T>
    requires std::is_integral_v<T>
  void operator()(const char* name, T value) {
    object_[name] = value;
  }
  void operator()(const char* name, const std::string& value) { object_[name] = value; }
  void operator()(const char* name, const NamedNumbers& numbers) {
    WrittenJson object = WrittenJson::object();
    for (const auto& [key, value] : numbers) {
      object[key] = std::isfinite(value) ? WrittenJson(value) : WrittenJson(nullptr);
    }
    object_[name] = std::move(object);
  }
  void operator()(const char* name, const std::vector<std::string>& values) {
    object_[name] = values;
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(const char* name, const std::vector<T>& values) {
    if (arrays_ == Arrays::inside) {
      object_[name] = values;
      return;
    }
    block_.resize((block_.size() + 3) / 4 * 4);
    const size_t offset = block_.size();
    block_.resize(offset + values.size() * sizeof(T));
    if (!values.empty()) {
      std::memcpy(block_.data() + offset, values.data(), values.size() * sizeof(T));
    }
    object_[name] = {{"type", element_type<T>()}, {"offset", offset}, {"count", values.size()}};
  }
  void operator()(const char* name, const Options& options) {
    WrittenJson object = WrittenJson::object();
    for (const auto& [option, value] : options)
      object[option] = std::visit([](const auto& v) { return WrittenJson(v); }, value);
    object_[name] = std::move(object);
  }
  /// Writes an object whose fields `write` writes with the writer that it gets.
  template <class Write>
  void object(const char* name, const Write& write) {
    FieldWriter inner(block_, arrays_);
    write(inner);
    object_[name] = inner.take();
  }
  void operator()(const char* name, const Shape& shape) {
    WrittenJson array = WrittenJson::array();
    for (const int64_t dim : shape) array.push_back(dim);
    object_[name] = std::move(array);
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(const char* name, const std::vector<T>& structures) {
    WrittenJson array = WrittenJson::array();
    for (const T& structure : structures) array.push_back(nested(structure));
    object_[name] = std::move(array);
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(const char* name, const T& structure) {
    object_[name] = nested(structure);
  }

  WrittenJson take() { return std::move(object_); }

 private:
  template <class T>
  WrittenJson nested(const T& structure) {
    FieldWriter inner(block_, arrays_);
    visit(inner, structure);
    return inner.take();
  }

  std::vector<uint8_t>& block_;
  Arrays arrays_;
  WrittenJson object_ = WrittenJson::object();
};

/// Reads fields from a JSON object; errors name the field by its path ("samples.pixels").
class FieldReader {
 public:
  /// With `optional`, absent fields keep their values.
  FieldReader(std::string path, const FieldJson& object, std::span<const uint8_t> block,
              bool optional)
      : path_(std::move(path)), object_(object), block_(block), optional_(optional) {
    if (!object_.is_object()) fail("{} must be an object", path_);
  }

  void operator()(const char* name, RunState& value) {
    const FieldJson* json = find(name);
    if (json == nullptr) return;
    const std::string text = string(name, *json);
    value =
        find_named(fmt::format("{}.{}", path_, name), text, state_names, &StateName::name).state;
  }
  void operator()(const char* name, double& value) {
    if (const FieldJson* json = find(name)) value = number(name, *json);
  }
  template <class T>
    requires std::is_integral_v<T>
  void operator()(const char* name, T& value) {
    if (const FieldJson* json = find(name)) value = integer<T>(name, *json);
  }
  void operator()(const char* name, bool& value) {
    const FieldJson* json = find(name);
    if (json == nullptr) return;
    if (!json->is_boolean()) wrong(name, "true or false");
    value = json->get<bool>();
  }
  void operator()(const char* name, NamedNumbers& numbers) {
    const FieldJson* json = find(name);
    if (json == nullptr) return;
    const FieldReader inner(fmt::format("{}.{}", path_, name), *json, block_, false);
    numbers.clear();
    for (const auto& [key, value] : json->items())
      numbers.emplace_back(key, inner.number(plain_or_quoted(key), value));
  }
  void operator()(const char* name, std::string& value) {
    if (const FieldJson* json = find(name)) value = string(name, *json);
  }
  void operator()(const char* name, std::vector<std::string>& values) {
    const FieldJson* json = find(name);
    if (json == nullptr) return;
    if (!json->is_array()) wrong(name, "an array of strings");
    values.clear();
    for (const FieldJson& item : *json) values.push_back(string(name, item));
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(const char* name, std::vector<T>& values) {
    if (const FieldJson* json = find(name)) read_array(name, *json, values);
  }
  void operator()(const char* name, Shape& shape) {
    const FieldJson* json = find(name);
    if (json == nullptr) return;
    if (!json->is_array() || json->size() > Shape::max_rank)
      wrong(name, fmt::format("an array of at most {} numbers", Shape::max_rank));
    shape = {};
    for (const FieldJson& item : *json) shape.append(integer<int32_t>(name, item));
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(const char* name, std::vector<T>& structures) {
    const FieldJson* json = find(name);
    if (json == nullptr) return;
    if (!json->is_array()) wrong(name, "an array of objects");
    structures.clear();
    for (const FieldJson& item : *json) read_nested(name, item, structures.emplace_back());
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(const char* name, T& structure) {
    if (const FieldJson* json = find(name)) read_nested(name, *json, structure);
  }
  void operator()(const char* name, Options& options) {
    const FieldJson* json = find(name);
    if (json == nullptr) return;
    if (!json->is_object()) wrong(name, "an object with one value per option name");
    options.clear();
    for (const auto& [option, value] : json->items())
      options.emplace_back(option, option_value(name, value));
  }
  /// Reads an object whose fields `read` reads with the reader that it gets.
  template <class Read>
  void object(const char* name, const Read& read) {
    const FieldJson* json = find(name);
    if (json == nullptr) return;
    FieldReader inner(fmt::format("{}.{}", path_, name), *json, block_, optional_);
    read(inner);
    inner.finish();
  }
  bool has(const char* name) const { return object_.contains(name); }

  /// Throw Error if the fields of a structure contradict each other.
  template <class T>
  void check(const T&) const {}
  void check(const HistoryColumns& columns) const {
    columns.for_each([&](const std::vector<double>& column) {
      if (column.size() == columns.train_loss.size()) return;
      fail("{} has columns of {} and {} epochs", path_, columns.train_loss.size(), column.size());
    });
  }
  void check(const Curve& curve) const {
    if (curve.x.size() == curve.y.size()) return;
    fail("{} has {} x and {} y; expected the same number", path_, curve.x.size(), curve.y.size());
  }
  void check(const Samples& samples) const {
    check_images(samples.pixels.size(), samples.labels.size(), samples.height, samples.width,
                 samples.channels);
  }
  void check(const Predictions& predictions) const {
    if (predictions.classes.size() == predictions.scores.size()) return;
    fail("{} has {} classes and {} scores; expected the same number", path_,
         predictions.classes.size(), predictions.scores.size());
  }
  void check(const Filters& filters) const {
    check_images(filters.weights.size(), static_cast<uint64_t>(filters.count), filters.height,
                 filters.width, filters.channels);
  }

  /// Throws Error if the object has a field that was not read.
  void finish() const {
    for (const auto& [name, value] : object_.items()) {
      bool known = false;
      for (const char* field : known_) known = known || name == field;
      if (known) continue;
      std::string fields;
      for (const char* field : known_) fields.append(fields.empty() ? "" : ", ").append(field);
      fail("{} has an unknown field {}{}; known are: {}", path_, in_single_quotes(name),
           did_you_mean(name, {known_.begin(), known_.end()}), fields);
    }
  }

 private:
  const FieldJson* find(const char* name) {
    known_.push_back(name);
    const auto found = object_.find(name);
    if (found != object_.end()) return &*found;
    if (!optional_) fail("{} lacks the field '{}'", path_, name);
    return nullptr;
  }

  [[noreturn]] void wrong(std::string_view name, std::string_view expected) const {
    fail("{}.{} must be {}", path_, name, expected);
  }

  std::string string(const char* name, const FieldJson& json) const {
    if (!json.is_string()) wrong(name, "a string");
    return json.get<std::string>();
  }

  double number(std::string_view name, const FieldJson& json) const {
    if (json.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (json.is_number() && std::isfinite(json.get<double>())) return json.get<double>();
    wrong(name, "a finite number or null");
  }

  OptionValue option_value(const char* name, const FieldJson& json) const {
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_string()) return json.get<std::string>();
    const bool fits = !json.is_number_unsigned() ||
                      json.get<uint64_t>() <= uint64_t{std::numeric_limits<int64_t>::max()};
    if (json.is_number_integer() && fits) return json.get<int64_t>();
    if (json.is_number()) return json.get<double>();
    wrong(name, "an object whose values are true, false, numbers or strings");
  }

  /// Integers of this protocol are never negative; a seed may use all 64 bits.
  template <class T>
  T integer(const char* name, const FieldJson& json) const {
    constexpr auto max = static_cast<uint64_t>(std::numeric_limits<T>::max());
    if (!json.is_number_unsigned() || json.get<uint64_t>() > max) {
      wrong(name, fmt::format("a whole number from 0 to {}", max));
    }
    return static_cast<T>(json.get<uint64_t>());
  }

  template <class T>
  void read_array(const char* name, const FieldJson& json, std::vector<T>& values) const {
    FieldReader range(fmt::format("{}.{}", path_, name), json, block_, false);
    std::string type;
    uint64_t offset = 0;
    uint64_t count = 0;
    range("type", type);
    range("offset", offset);
    range("count", count);
    range.finish();
    if (type != element_type<T>()) range.wrong("type", fmt::format("'{}'", element_type<T>()));
    if (offset % 4 != 0) range.wrong("offset", "a multiple of 4");
    if (offset > block_.size() || count > (block_.size() - offset) / sizeof(T)) {
      fail("{}.{}: {} at byte {}, beyond the block of {}", path_, name, counted(count, "element"),
           offset, counted(block_.size(), "byte"));
    }
    values.resize(count);
    if (count > 0) std::memcpy(values.data(), block_.data() + offset, count * sizeof(T));
  }

  template <class T>
  void read_nested(const char* name, const FieldJson& json, T& structure) const {
    FieldReader inner(fmt::format("{}.{}", path_, name), json, block_, optional_);
    visit(inner, structure);
    inner.finish();
    inner.check(structure);
  }

  void check_images(size_t elements, uint64_t count, int64_t height, int64_t width,
                    int64_t channels) const {
    // Divides instead of multiplying, so that hostile dimensions cannot overflow.
    uint64_t rest = elements;
    bool fits = true;
    bool none = count == 0;
    for (const uint64_t factor : {count, static_cast<uint64_t>(height),
                                  static_cast<uint64_t>(width), static_cast<uint64_t>(channels)}) {
      none = none || factor == 0;
      fits = fits && factor != 0 && rest % factor == 0;
      if (fits) rest /= factor;
    }
    if (elements == 0 ? none : fits && rest == 1) return;
    fail("{}: expected {} of {} x {} x {}, found {}", path_, counted(count, "image"), height, width,
         channels, counted(elements, "element"));
  }

  std::string path_;
  const FieldJson& object_;
  std::span<const uint8_t> block_;
  bool optional_;
  std::vector<const char*> known_;
};

inline FieldJson parse_fields(std::string_view what, std::string_view text) {
  if (text.size() > max_json_bytes) {
    fail("{}: {} of JSON; expected at most {}", what, counted(text.size(), "byte"), max_json_bytes);
  }
  try {
    return parse_within<FieldJson>({.depth = max_json_depth}, text);
  } catch (const JsonRefusal& refusal) {
    fail("{}, byte {}: {}", what, refusal.byte, refusal.what());
  }
}

/// Replaces invalid UTF-8, such as a file name in an error message, because it would otherwise make
/// the whole snapshot unreadable.
inline std::string dump_fields(const WrittenJson& json) {
  return json.dump(-1, ' ', false, WrittenJson::error_handler_t::replace);
}

}  // namespace convlab
