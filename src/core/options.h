#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"

namespace convlab {

using OptionValue = std::variant<bool, int64_t, double, std::string>;

/// The options of a layer, loss, schedule or optimizer as (name, value) pairs, in declaration
/// order: the common form for files, input forms and the command line.
using Options = std::vector<std::pair<std::string, OptionValue>>;

/// A value of an enumeration and its name.
template <class Enum>
struct Choice {
  Enum value;
  std::string_view name;
};

/// An options struct lists its fields once, in `template <class V> void visit(V& v)`, by calling
/// v.flag, v.integer, v.number, v.numbers (a list; its option value is text such as "1, 2, 0.5")
/// and v.choice (with a range of Choice). The last argument of each call is a help text. The
/// visitors are OptionWriter, OptionReader and OptionLister below. The first two drop the help
/// texts inline, so a program without OptionLister does not contain them.
class OptionWriter {
 public:
  void flag(std::string_view name, bool value, std::string_view = {}) { add(name, value); }
  void integer(std::string_view name, int64_t value, int64_t, int64_t, std::string_view = {}) {
    add(name, value);
  }
  void number(std::string_view name, double value, double, double, std::string_view = {}) {
    add(name, value);
  }
  void numbers(std::string_view name, const std::vector<double>& values, double, double,
               std::string_view = {}) {
    add(name, text_of(values));
  }
  template <class Enum, class Choices>
  void choice(std::string_view name, Enum value, const Choices& choices, std::string_view = {}) {
    for (const auto& known : choices) {
      if (known.value == value) add(name, std::string(known.name));
    }
  }

  Options take() { return std::move(options_); }

 private:
  static std::string text_of(const std::vector<double>& values);
  void add(std::string_view name, OptionValue value) {
    options_.emplace_back(name, std::move(value));
  }

  Options options_;
};

/// Error about a single option; `option` is its name.
class OptionError : public Error {
 public:
  OptionError(std::string_view name, const std::string& message) : Error(message), option(name) {}

  std::string option;
  std::vector<OptionError> others;  ///< errors of further options of the same owner
};

/// Sets the fields named in `options` and leaves the others at their defaults. `finish` throws
/// OptionError, whose message begins with [owner], if a value had the wrong type or was outside its
/// inclusive limits, or for a name that no field has; it reports up to 100 such options.
class OptionReader {
 public:
  OptionReader(std::string_view owner, const Options& options) : owner_(owner), options_(options) {}

  void flag(std::string_view name, bool& value, std::string_view = {}) { read_flag(name, value); }
  void integer(std::string_view name, int64_t& value, int64_t min, int64_t max,
               std::string_view = {}) {
    read_integer(name, value, min, max);
  }
  void number(std::string_view name, double& value, double min, double max, std::string_view = {}) {
    read_number(name, value, min, max);
  }
  /// Each number must lie within the limits; at most 65,536 numbers; an empty text is an empty
  /// list.
  void numbers(std::string_view name, std::vector<double>& values, double min, double max,
               std::string_view = {}) {
    read_numbers(name, values, min, max);
  }
  template <class Enum, class Choices>
  void choice(std::string_view name, Enum& value, const Choices& choices, std::string_view = {}) {
    std::vector<std::string_view> names;
    names.reserve(std::size(choices));
    for (const auto& known : choices) names.push_back(known.name);
    if (const int64_t index = find_choice(name, names); index >= 0)
      value = choices[static_cast<size_t>(index)].value;
  }

  void finish();

 private:
  const OptionValue* find(std::string_view name);
  /// Keeps an error, whose message continues "[owner] ".
  void refuse(std::string_view name, const std::string& message);
  void read_flag(std::string_view name, bool& value);
  void read_integer(std::string_view name, int64_t& value, int64_t min, int64_t max);
  void read_number(std::string_view name, double& value, double min, double max);
  void read_numbers(std::string_view name, std::vector<double>& values, double min, double max);
  int64_t find_choice(std::string_view name, std::span<const std::string_view> names);

  std::string owner_;
  const Options& options_;
  std::vector<std::string_view> known_;
  std::vector<OptionError> errors_;
};

enum class OptionType : uint8_t { flag, integer, number, numbers, choice };

/// Description of one option, for help texts and for generating input forms.
struct OptionField {
  std::string_view name;
  OptionType type = OptionType::flag;
  OptionValue default_value;
  double min = 0, max = 0;  ///< inclusive limits of integer, number and each of numbers
  std::vector<std::string_view> choices;
  std::string_view help;
  bool required = false;  ///< no valid default: the option must be given
};

/// Visitor that collects the fields of an options struct.
class OptionLister {
 public:
  void flag(std::string_view name, bool value, std::string_view help = {}) {
    fields_.push_back(
        {.name = name, .type = OptionType::flag, .default_value = value, .help = help});
  }
  void integer(std::string_view name, int64_t value, int64_t min, int64_t max,
               std::string_view help = {});
  void number(std::string_view name, double value, double min, double max,
              std::string_view help = {});
  void numbers(std::string_view name, const std::vector<double>& values, double min, double max,
               std::string_view help = {});
  template <class Enum, class Choices>
  void choice(std::string_view name, Enum value, const Choices& choices,
              std::string_view help = {}) {
    OptionField field{.name = name, .type = OptionType::choice, .default_value = {}, .help = help};
    for (const auto& known : choices) {
      field.choices.push_back(known.name);
      if (known.value == value) field.default_value = std::string(known.name);
    }
    fields_.push_back(std::move(field));
  }

  std::vector<OptionField> take() { return std::move(fields_); }

 private:
  std::vector<OptionField> fields_;
};

/// Returns the fields of an options struct in declaration order.
template <class Aggregate>
std::vector<OptionField> list_options() {
  Aggregate aggregate;
  OptionLister lister;
  aggregate.visit(lister);
  return lister.take();
}

/// Converts an options struct to named values.
template <class Aggregate>
Options write_options(Aggregate aggregate) {
  OptionWriter writer;
  aggregate.visit(writer);
  return writer.take();
}

/// Returns `aggregate` after checking that its values lie within their limits. Throws OptionError
/// like OptionReader.
template <class Aggregate>
Aggregate checked_options(std::string_view owner, Aggregate aggregate) {
  const Options none;
  OptionReader reader(owner, none);
  aggregate.visit(reader);
  reader.finish();
  return aggregate;
}

/// Creates an options struct from named values. Throws OptionError like OptionReader.
template <class Aggregate>
Aggregate read_options(std::string_view owner, const Options& options) {
  Aggregate aggregate;
  OptionReader reader(owner, options);
  aggregate.visit(reader);
  reader.finish();
  return aggregate;
}

}  // namespace convlab
