#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/options.h"
#include "core/shape.h"

/// JSON from untrusted files. Include this only in .cpp files of this folder, so that other headers
/// do not depend on the JSON library.
namespace convlab {

using Json = nlohmann::ordered_json;

/// Parses `text`. Throws Error, starting with `where`, line and column, for invalid JSON, nesting
/// of more than 16 levels, or a key that occurs twice in an object.
Json parse_json(std::string_view text, const std::string& where);

/// Returns `json` as text on one line. Throws Error for strings that are not UTF-8.
std::string dump_json(const Json& json);

/// Formats a name from a file for a message: in quotes, with control and non-ASCII characters
/// escaped and the middle of a long name omitted.
std::string in_quotes(std::string_view name);

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
