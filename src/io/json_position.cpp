#include "io/json_position.h"

#include <algorithm>

#include "core/error.h"
#include "io/json_text.h"

namespace convlab {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Traverses text that is known to be valid JSON, so brackets and quotes suffice to find the end of
/// a value.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {
    if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
    skip_space();
  }

  size_t position() const { return at_; }

  /// Moves from the start of a value to the start of its member or element `step`. Returns false if
  /// there is none.
  bool enter(const std::string& step) {
    const char opening = peek();
    if (opening != '{' && opening != '[') return false;
    const size_t start = at_;
    size_t index = 0;
    for (next(); peek() != '}' && peek() != ']'; ++index) {
      bool wanted = opening == '[' && std::to_string(index) == step;
      if (opening == '{') {
        const size_t key = at_;
        skip_string();
        wanted = Json::parse(text_.substr(key, at_ - key)) == step;
        skip_space();
        next();  // the colon
      }
      if (wanted) return true;
      skip_value();
      if (peek() == ',') next();
    }
    at_ = start;
    return false;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '}'; }

  /// Skips one character and the whitespace after it.
  void next() {
    ++at_;
    skip_space();
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  void skip_string() {
    for (++at_; peek() != '"'; ++at_) at_ += peek() == '\\' ? 1 : 0;
    ++at_;
  }

  /// Skips a value and the whitespace after it.
  void skip_value() {
    int depth = 0;
    do {
      const char here = peek();
      if (here == '"') {
        skip_string();
      } else if (here == '{' || here == '[') {
        ++depth;
        ++at_;
      } else if (here == '}' || here == ']') {
        --depth;
        ++at_;
      } else if (here == ',' || here == ':') {
        ++at_;
      } else {
        at_ = std::min(text_.find_first_of(",:]} \t\r\n", at_), text_.size());
      }
      skip_space();
    } while (depth > 0 && at_ < text_.size());
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

size_t json_position(std::string_view text, const JsonPath& path) {
  Walk walk(text);
  for (const std::string& step : path) {
    if (!walk.enter(step)) break;
  }
  return walk.position();
}

std::string line_and_column(std::string_view text, size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  const auto column = 1 + std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start),
                                        before.end(), is_start);
  return concat("line ", line, ", column ", column);
}

}  // namespace convlab
