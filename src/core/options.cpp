#include "core/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>

#include "core/did_you_mean.h"
#include "core/options_text.h"
#include "core/parse_number.h"
#include "core/quoted.h"

namespace convlab {

namespace {

constexpr size_t max_errors = 100;  // so that a long list of options cannot make a longer one

/// Formats a list as "1, 2, 0.5".
std::string joined(const std::vector<double>& values) {
  return fmt::format("{}", fmt::join(values, ", "));
}

/// Parses "1, 2, 0.5"; returns false if `text` is not a list of finite numbers.
bool parse_numbers(std::string_view text, std::vector<double>& values) {
  if (trimmed(text).empty()) return true;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const auto value = parse_number(trimmed(text.substr(begin, end - begin)));
    if (!value) return false;
    values.push_back(*value);
    begin = end + 1;
  }
  return true;
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
  if (errors_.size() < max_errors)
    errors_.emplace_back(name, fmt::format("[{}] {}", owner_, message));
}

void OptionReader::read_flag(std::string_view name, bool& value) {
  const OptionValue* given = find(name);
  if (given == nullptr) return;
  if (const bool* flag = std::get_if<bool>(given)) {
    value = *flag;
  } else {
    refuse(name, fmt::format("option {} is {} but must be true or false", name, shown(*given)));
  }
}

void OptionReader::read_integer(std::string_view name, int64_t& value, int64_t min, int64_t max) {
  const OptionValue* given = find(name);
  const int64_t* whole = given != nullptr ? std::get_if<int64_t>(given) : &value;
  if (whole == nullptr) {
    refuse(name, fmt::format("option {} is {} but must be a whole number", name, shown(*given)));
  } else if (*whole < min || *whole > max) {
    const std::string found = given != nullptr ? std::to_string(*whole) : "missing";
    refuse(name, fmt::format("option {} is {} but must lie in {} to {}", name, found, min, max));
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
      return refuse(name, fmt::format("option {} is {} but must be a number such as 0.9", name,
                                      shown(*given)));
    }
  }
  if (!(value >= min && value <= max)) {
    const std::string found = given != nullptr ? fmt::format("{}", value) : "missing";
    refuse(name, fmt::format("option {} is {} but must lie in {} to {}", name, found, min, max));
  }
}

void OptionReader::read_numbers(std::string_view name, std::vector<double>& values, double min,
                                double max) {
  constexpr size_t max_numbers = 65536;
  if (const OptionValue* given = find(name)) {
    const auto* text = std::get_if<std::string>(given);
    values.clear();
    if (text == nullptr || !parse_numbers(*text, values)) {
      return refuse(
          name,
          fmt::format(
              "option {} is {} but must be a list of numbers separated by commas: \"1, 2, 0.5\"",
              name, shown(*given)));
    }
  }
  if (values.size() > max_numbers) {
    return refuse(name, fmt::format("option {} may hold at most {} numbers", name, max_numbers));
  }
  const auto bad = std::find_if_not(values.begin(), values.end(),
                                    [&](double value) { return value >= min && value <= max; });
  if (bad == values.end()) return;
  refuse(name,
         fmt::format("option {} holds {} but each must lie in {} to {}", name, *bad, min, max));
}

int64_t OptionReader::find_choice(std::string_view name, std::span<const std::string_view> names) {
  const OptionValue* given = find(name);
  if (given == nullptr) return -1;
  const auto* text = std::get_if<std::string>(given);
  const auto found = text == nullptr ? names.end() : std::find(names.begin(), names.end(), *text);
  if (found == names.end()) {
    const std::string meant =
        text == nullptr ? "" : did_you_mean(*text, {names.begin(), names.end()});
    refuse(name, fmt::format("option {} is {}{} but must be one of: {}", name, shown(*given), meant,
                             fmt::join(names, ", ")));
    return -1;
  }
  return found - names.begin();
}

void OptionReader::finish() {
  for (const auto& [name, value] : options_) {
    if (errors_.size() == max_errors) break;
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    refuse(name, fmt::format("has no option {}{}; it has: {}", plain_or_quoted(name),
                             did_you_mean(name, {known_.begin(), known_.end()}),
                             known_.empty() ? "none" : fmt::format("{}", fmt::join(known_, ", "))));
  }
  if (errors_.empty()) return;
  OptionError first = errors_.front();
  first.others.assign(errors_.begin() + 1, errors_.end());
  throw first;
}

}  // namespace convlab
