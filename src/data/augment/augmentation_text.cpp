#include "data/augment/augmentation_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/error.h"
#include "core/find_named.h"
#include "core/options_text.h"
#include "core/parse_number.h"
#include "core/quoted.h"

namespace convlab {

namespace {

/// A name that sets two options to the same value, or to 1 - value and 1 + value.
struct Shorthand {
  std::string_view name;
  std::array<std::string_view, 2> options;
  bool around_one;
};

constexpr std::array shorthands{
    Shorthand{"shift", {"width_shift", "height_shift"}, false},
    Shorthand{"zoom", {"zoom_min", "zoom_max"}, true},
    Shorthand{"brightness", {"brightness_min", "brightness_max"}, true}};

/// A name that can be given, and what it stands for.
struct Known {
  std::string_view name;
  OptionField field;  ///< the first one for a shorthand
  const Shorthand* shorthand = nullptr;
};

/// Shorthands come first: where names are listed they are what most people look for.
std::vector<Known> known_names() {
  const std::vector<OptionField> fields = list_options<AugmentationOptions>();
  std::vector<Known> known;
  for (const Shorthand& shorthand : shorthands) {
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const OptionField& f) {
      return f.name == shorthand.options[0];
    });
    known.push_back({shorthand.name, *field, &shorthand});
  }
  for (const OptionField& field : fields) known.push_back({field.name, field});
  return known;
}

/// The limits of a shorthand follow from those of its first option.
double read_shorthand(const Known& known, std::string_view text) {
  const bool around_one = known.shorthand->around_one;
  const double min = around_one ? 0 : known.field.min;
  const double max = around_one ? 1 - known.field.min : known.field.max;
  const std::optional<double> value = parse_number(text);
  if (!value || *value < min || *value > max) {
    fail("[augment] {} is {} but must be a number from {} to {}", known.name,
         in_single_quotes(text), min, max);
  }
  return *value;
}

void add(Options& options, std::string_view name, OptionValue value) {
  const bool is_new = std::none_of(options.begin(), options.end(),
                                   [&](const auto& option) { return option.first == name; });
  if (!is_new) fail("[augment] {} is given twice", name);
  options.emplace_back(name, std::move(value));
}

void read_part(std::string_view part, const std::vector<Known>& known_names, Options& options) {
  const size_t equals = std::min(part.find('='), part.size());
  const std::string_view name = trimmed(part.substr(0, equals));
  const Known& known = find_named("augmentation", name, known_names, &Known::name);
  if (equals == part.size()) {
    if (known.field.type != OptionType::flag)
      fail("[augment] {} lacks a value; expected {}=…", name, name);
    return add(options, name, true);
  }
  const std::string_view value = trimmed(part.substr(equals + 1));
  if (known.shorthand == nullptr) return add(options, name, parse_option_value(value));
  const double number = read_shorthand(known, value);
  const bool around_one = known.shorthand->around_one;
  add(options, known.shorthand->options[0], around_one ? 1 - number : number);
  add(options, known.shorthand->options[1], around_one ? 1 + number : number);
}

}  // namespace

AugmentationOptions parse_augmentation(std::string_view text) {
  Options options;
  if (!trimmed(text).empty()) {
    const std::vector<Known> known = known_names();
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find(',', begin), text.size());
      read_part(trimmed(text.substr(begin, end - begin)), known, options);
      begin = end + 1;
    }
  }
  return checked_augmentation(read_options<AugmentationOptions>("augment", options));
}

std::string augmentation_text(const AugmentationOptions& options) {
  const Options defaults = write_options(AugmentationOptions{});
  std::string text;
  size_t i = 0;
  for (const auto& [name, value] : write_options(options)) {
    if (value == defaults[i++].second) continue;
    text.append(text.empty() ? "" : ",").append(name);
    if (!std::holds_alternative<bool>(value)) text.append("=").append(option_value_text(value));
  }
  return text;
}

}  // namespace convlab
