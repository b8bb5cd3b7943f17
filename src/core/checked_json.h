#pragma once

#include <fmt/format.h>
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/quoted.h"

/// JSON from outside, parsed within limits. Include this only in .cpp files and in headers that
/// only .cpp files include, so that other headers do not depend on the JSON library.
namespace convlab {

struct JsonLimits {
  size_t depth;  ///< of objects and lists within each other
  /// Of one object. nlohmann::ordered_json compares each key with all before it and needs a limit.
  size_t members = std::numeric_limits<size_t>::max();
};

/// A text is not JSON, or exceeds a limit. The message says why, not where.
class JsonRefusal : public Error {
 public:
  JsonRefusal(size_t at, const std::string& problem) : Error(problem), byte(at) {}

  size_t byte;  ///< offset in the text; at most its length
};

/// Returns the byte at which the string starts whose closing quote is at `closing`, in valid JSON.
inline size_t opening_quote(std::string_view text, size_t closing) {
  // Quotes within a string follow a backslash, as the quote at its start cannot.
  size_t quote = text.rfind('"', closing - 1);
  while (quote > 0 && text[quote - 1] == '\\') quote = text.rfind('"', quote - 1);
  return quote;
}

namespace checked_json {

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

/// Receives what the parser reads before any of it is stored: rejects what exceeds the limits, and
/// duplicate keys, of which the JSON library would keep one. Not a callback of Json::parse, which
/// after each object and list goes through the one around it.
template <class Json>
class Watch final : public nlohmann::json_sax<Json> {
 public:
  using Base = nlohmann::json_sax<Json>;

  Watch(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits) {}

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
  bool number_integer(typename Base::number_integer_t) override { return true; }
  bool number_unsigned(typename Base::number_unsigned_t) override { return true; }
  bool number_float(typename Base::number_float_t, const typename Base::string_t&) override {
    return true;
  }
  bool string(typename Base::string_t&) override { return true; }
  bool binary(typename Base::binary_t&) override { return true; }
  bool start_object(size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool key(typename Base::string_t& key) override {
    const bool is_new = keys_.back().insert(key).second;
    if (is_new && keys_.back().size() <= limits_.members) return true;
    throw JsonRefusal(opening_quote(text_, count_ - 1),
                      is_new ? fmt::format("an object has more than {} members", limits_.members)
                             : in_quotes(key) + " occurs twice in an object");
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool enter() {
    if (keys_.size() == limits_.depth)
      throw JsonRefusal(count_ - 1, fmt::format("nested more than {} deep", limits_.depth));
    keys_.emplace_back();
    return true;
  }

  bool leave() {
    keys_.pop_back();
    return true;
  }

  std::string_view text_;
  JsonLimits limits_;
  size_t count_ = 0;
  std::vector<std::set<std::string>> keys_;  // of the objects and lists around the current place
};

/// Extracts what was wrong and what was expected from an error of the JSON library, shortened, and
/// with control and non-ASCII characters escaped.
inline std::string problem(std::string_view text) {
  // "[…] parse error at line 1, column 2: … while … - unexpected …"
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

}  // namespace checked_json

/// Parses `text`. Throws JsonRefusal for invalid JSON, for what exceeds the limits, and for a key
/// that occurs twice in an object. The time grows with the length of the text, and with
/// nlohmann::ordered_json also with `limits.members`.
template <class Json>
Json parse_within(const JsonLimits& limits, std::string_view text) {
  checked_json::Watch<Json> watch(text, limits);
  watch.read();
  try {
    return Json::parse(text);
  } catch (const typename Json::parse_error& error) {
    const size_t byte = std::min(std::max<size_t>(error.byte, 1) - 1, text.size());
    throw JsonRefusal(byte, "not JSON: " + checked_json::problem(error.what()));
  } catch (const typename Json::exception& error) {
    const size_t byte = std::min(watch.count(), text.size());
    throw JsonRefusal(byte, "not JSON: " + checked_json::problem(error.what()));
  }
}

}  // namespace convlab
