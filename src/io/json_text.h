#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/options.h"
#include "core/shape.h"

/// JSON from files, which may be hostile. Only for the .cpp files of this folder: other headers
/// stay free of the JSON library.
namespace convlab {

using Json = nlohmann::ordered_json;

/// Parses `text`. Throws Error, beginning with `where` and naming line and column, for what is no
/// JSON, is nested more than 16 deep, or names a key twice in one object.
Json parse_json(std::string_view text, const std::string& where);

/// The text of `json`, on one line. Throws Error for strings that are not UTF-8.
std::string dump_json(const Json& json);

/// A name from a file for a message: in quotes, with whatever does not belong on a terminal escaped
/// and the middle left out of what is long.
std::string in_quotes(std::string_view name);

/// The member `key` of an object. Throws Error, beginning with `where`, if there is none.
const Json& member(const Json& object, const char* key, const std::string& where);
std::string string_member(const Json& object, const char* key, const std::string& where);

/// [28, 28, 1]; up to Shape::max_rank dimensions. Errors begin with `where`.
Shape read_shape(const Json& json, const std::string& where);
Json shape_json(const Shape& shape);

/// true, 3, 0.5 or "same". Errors begin with `where`.
OptionValue read_option_json(const Json& json, const std::string& where);
/// {"filters": 25, "padding": "valid"}. Errors begin with `where`.
Options read_options_json(const Json& json, const std::string& where);
Json options_json(const Options& options);

}  // namespace convlab
