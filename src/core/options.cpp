#include "core/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <locale>
#include <sstream>

#include "core/did_you_mean.h"
#include "core/options_text.h"

namespace convlab {

namespace {

constexpr size_t max_errors = 100;  // so that a long list of options cannot make a longer one

std::string join(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

/// Returns the shortest text that parses back to the same number.
std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

/// Formats a list as "1, 2, 0.5".
std::string joined(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text.append(text.empty() ? "" : ", ").append(shortest(value));
  return text;
}

/// Parses "1, 2, 0.5"; returns false if `text` is not a list of finite numbers.
bool parse_numbers(const std::string& text, std::vector<double>& values) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  if ((in >> std::ws).eof()) return true;
  for (char comma = ','; comma == ',';) {
    double value = 0;
    if (!(in >> value) || !std::isfinite(value)) return false;  // some libraries parse "nan"
    values.push_back(value);
    if (!(in >> comma)) return true;
  }
  return false;
}

/// Returns a value for an error message: 2.5, true, "0,9". Texts may come from a file, so they are
/// shortened and control characters are replaced.
std::string shown(const OptionValue& value) {
  constexpr size_t max = 40;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) {
    const std::string number = option_value_text(value);
    // 1e2 is a floating-point number; as "100" it would look like a whole one.
    const bool looks_whole = number.find_first_not_of("-0123456789") == std::string::npos;
    return number + (std::holds_alternative<double>(value) && looks_whole ? ".0" : "");
  }
  std::string plain = text->substr(0, max);
  std::replace_if(plain.begin(), plain.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return '"' + plain + (text->size() > max ? "...\"" : "\"");
}

}  // namespace

std::string OptionWriter::text_of(const std::vector<double>& values) { return joined(values); }

void OptionLister::integer(std::string_view name, int64_t value, int64_t min, int64_t max,
                           std::string_view help) {
  fields_.push_back({.name = name,
                     .type = OptionType::integer,
                     .default_value = value,
                     .min = static_cast<double>(min),
                     .max = static_cast<double>(max),
                     .help = help,
                     .required = value < min || value > max});
}

void OptionLister::number(std::string_view name, double value, double min, double max,
                          std::string_view help) {
  fields_.push_back({.name = name,
                     .type = OptionType::number,
                     .default_value = value,
                     .min = min,
                     .max = max,
                     .help = help,
                     .required = !(value >= min && value <= max)});
}

void OptionLister::numbers(std::string_view name, const std::vector<double>& values, double min,
                           double max, std::string_view help) {
  fields_.push_back({.name = name,
                     .type = OptionType::numbers,
                     .default_value = joined(values),
                     .min = min,
                     .max = max,
                     .help = help});
}

const OptionValue* OptionReader::find(std::string_view name) {
  known_.push_back(name);
  const auto found = std::find_if(options_.begin(), options_.end(),
                                  [&](const auto& o) { return o.first == name; });
  return found == options_.end() ? nullptr : &found->second;
}

void OptionReader::refuse(std::string_view name, const std::string& message) {
  if (errors_.size() < max_errors) errors_.emplace_back(name, concat("[", owner_, "] ", message));
}

void OptionReader::read_flag(std::string_view name, bool& value) {
  const OptionValue* given = find(name);
  if (given == nullptr) return;
  if (const bool* flag = std::get_if<bool>(given)) {
    value = *flag;
  } else {
    refuse(name, concat("option ", name, " is ", shown(*given), " but must be true or false"));
  }
}

void OptionReader::read_integer(std::string_view name, int64_t& value, int64_t min, int64_t max) {
  const OptionValue* given = find(name);
  const int64_t* whole = given != nullptr ? std::get_if<int64_t>(given) : &value;
  if (whole == nullptr) {
    refuse(name, concat("option ", name, " is ", shown(*given), " but must be a whole number"));
  } else if (*whole < min || *whole > max) {
    const std::string found = given != nullptr ? std::to_string(*whole) : "missing";
    refuse(name, concat("option ", name, " is ", found, " but must lie in ", min, " to ", max));
  } else {
    value = *whole;
  }
}

void OptionReader::read_number(std::string_view name, double& value, double min, double max) {
  const OptionValue* given = find(name);
  if (given != nullptr) {
    if (const auto* real = std::get_if<double>(given)) {
      value = *real;
    } else if (const auto* whole = std::get_if<int64_t>(given)) {
      value = static_cast<double>(*whole);
    } else {
      return refuse(name, concat("option ", name, " is ", shown(*given),
                                 " but must be a number such as 0.9"));
    }
  }
  if (!(value >= min && value <= max)) {
    const std::string found = given != nullptr ? shortest(value) : "missing";
    refuse(name, concat("option ", name, " is ", found, " but must lie in ", shortest(min), " to ",
                        shortest(max)));
  }
}

void OptionReader::read_numbers(std::string_view name, std::vector<double>& values, double min,
                                double max) {
  constexpr size_t max_numbers = 65536;
  if (const OptionValue* given = find(name)) {
    const auto* text = std::get_if<std::string>(given);
    values.clear();
    if (text == nullptr || !parse_numbers(*text, values)) {
      return refuse(name, concat("option ", name, " is ", shown(*given),
                                 " but must be a list of numbers separated by commas: \"1, 2, "
                                 "0.5\""));
    }
  }
  if (values.size() > max_numbers) {
    return refuse(name, concat("option ", name, " may hold at most ", max_numbers, " numbers"));
  }
  const auto bad = std::find_if_not(values.begin(), values.end(),
                                    [&](double value) { return value >= min && value <= max; });
  if (bad == values.end()) return;
  refuse(name, concat("option ", name, " holds ", shortest(*bad), " but each must lie in ",
                      shortest(min), " to ", shortest(max)));
}

int64_t OptionReader::find_choice(std::string_view name, std::span<const std::string_view> names) {
  const OptionValue* given = find(name);
  if (given == nullptr) return -1;
  const auto* text = std::get_if<std::string>(given);
  const auto found = text == nullptr ? names.end() : std::find(names.begin(), names.end(), *text);
  if (found == names.end()) {
    const std::string meant =
        text == nullptr ? "" : did_you_mean(*text, {names.begin(), names.end()});
    refuse(name, concat("option ", name, " is ", shown(*given), meant,
                        " but must be one of: ", join(names)));
    return -1;
  }
  return found - names.begin();
}

void OptionReader::finish() {
  for (const auto& [name, value] : options_) {
    if (errors_.size() == max_errors) break;
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    refuse(name, concat("has no option ", name, did_you_mean(name, {known_.begin(), known_.end()}),
                        "; it has: ", known_.empty() ? "none" : join(known_)));
  }
  if (errors_.empty()) return;
  OptionError first = errors_.front();
  first.others.assign(errors_.begin() + 1, errors_.end());
  throw first;
}

}  // namespace convlab
