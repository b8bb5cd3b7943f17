#pragma once

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/options.h"
#include "core/shape.h"
#include "io/text_position.h"

/// JSON from untrusted files. Include this only in .cpp files of this folder, so that other headers
/// do not depend on the JSON library.
namespace convlab {

/// Keeps the order of the members.
using Json = nlohmann::ordered_json;
/// For objects of any number of members, which it sorts by name.
using SortedJson = nlohmann::json;

/// The path from the root to a value: keys of objects and indices of lists, {"layers", "2",
/// "kind"}.
using JsonPath = std::vector<std::string>;

/// A text is not JSON.
class JsonError : public Error {
 public:
  JsonError(const std::string& where, const TextPosition& at, const std::string& what_is_wrong)
      : Error(fmt::format("{}, {}: {}", where, at, what_is_wrong)),
        position(at),
        problem(what_is_wrong) {}

  TextPosition position;
  std::string problem;  ///< the message without the position
};

/// Parses `text`. Throws JsonError, starting with `where`, line and column, for invalid JSON,
/// nesting of more than 16 levels, a key that occurs twice in an object, or an object of more than
/// 1000 members.
Json parse_json(std::string_view text, const std::string& where);
/// The same without a limit of the members.
SortedJson parse_sorted_json(std::string_view text, const std::string& where);

/// Returns the place of the value at `path` in the text from which parse_json has read `root`. If
/// there is no such value, returns the place of the innermost existing value on the path.
TextPosition json_position(std::string_view text, const Json& root, const JsonPath& path);

/// Returns `json` as text on one line. Throws Error for strings that are not UTF-8.
std::string dump_json(const Json& json);

/// Returns the member `key` of an object. Throws Error, starting with `where`, if it is missing.
/// AnyJson is Json or SortedJson.
template <class AnyJson>
const AnyJson& member(const AnyJson& object, const char* key, const std::string& where);
template <class AnyJson>
std::string string_member(const AnyJson& object, const char* key, const std::string& where);

/// [28, 28, 1]; up to Shape::max_rank dimensions. Errors start with `where`.
template <class AnyJson>
Shape read_shape(const AnyJson& json, const std::string& where);
Json shape_json(const Shape& shape);

/// true, 3, 0.5 or "same". Errors start with `where`.
OptionValue read_option_json(const Json& json, const std::string& where);
/// {"filters": 25, "padding": "valid"}. Errors start with `where`.
Options read_options_json(const Json& json, const std::string& where);
Json options_json(const Options& options);

}  // namespace convlab
