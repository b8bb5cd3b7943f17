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

using Json = nlohmann::ordered_json;

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
/// nesting of more than 16 levels, or a key that occurs twice in an object.
Json parse_json(std::string_view text, const std::string& where);

/// Returns the place of the value at `path` in the text from which parse_json has read `root`. If
/// there is no such value, returns the place of the innermost existing value on the path.
TextPosition json_position(std::string_view text, const Json& root, const JsonPath& path);

/// Returns `json` as text on one line. Throws Error for strings that are not UTF-8.
std::string dump_json(const Json& json);

/// Returns the member `key` of an object. Throws Error, starting with `where`, if it is missing.
const Json& member(const Json& object, const char* key, const std::string& where);
std::string string_member(const Json& object, const char* key, const std::string& where);

/// [28, 28, 1]; up to Shape::max_rank dimensions. Errors start with `where`.
Shape read_shape(const Json& json, const std::string& where);
Json shape_json(const Shape& shape);

/// true, 3, 0.5 or "same". Errors start with `where`.
OptionValue read_option_json(const Json& json, const std::string& where);
/// {"filters": 25, "padding": "valid"}. Errors start with `where`.
Options read_options_json(const Json& json, const std::string& where);
Json options_json(const Options& options);

}  // namespace convlab
