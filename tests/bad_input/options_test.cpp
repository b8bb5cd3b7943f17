// Every option of every registered class refuses values out of its range. Names, types and limits
// are taken from the objects and their errors, so that new options are covered automatically.
#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "core/options_text.h"
#include "loss/loss.h"
#include "nn/registry.h"
#include "optim/optimizer.h"
#include "optim/schedules/schedule.h"
#include "train/callbacks/early_stopping.h"
#include "train/updater.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

/// A registered class that is created from options and lists all of its options.
struct Subject {
  std::string name;
  std::function<Options(const Options&)> make;
};

std::vector<Subject> subjects() {
  std::vector<Subject> all;
  for (const LayerKind& kind : layer_kinds()) {
    all.push_back({std::string(kind.kind),
                   [&kind](const Options& o) { return kind.make(kind.kind, o)->options(); }});
  }
  for (const LossKind& kind : loss_kinds()) {
    all.push_back({std::string(kind.kind),
                   [&kind](const Options& o) { return kind.make(kind.kind, o)->options(); }});
  }
  for (const OptimizerKind& kind : optimizer_kinds()) {
    all.push_back(
        {std::string(kind.kind), [&kind](const Options& o) { return kind.make(o)->options(); }});
  }
  for (const ScheduleKind& kind : schedule_kinds()) {
    all.push_back({std::string(kind.kind), [&kind](const Options& o) {
                     return kind.make(o, {.steps_per_epoch = 10, .steps = 50})->options();
                   }});
  }
  all.push_back({"update", [](const Options& o) { return write_options(read_update_options(o)); }});
  all.push_back({"early_stopping", [](const Options& o) {
                   return write_options(read_options<EarlyStoppingOptions>("early_stopping", o));
                 }});
  return all;
}

Options with(Options options, std::string_view name, const OptionValue& value) {
  for (auto& option : options) {
    if (option.first == name) option.second = value;
  }
  return options;
}

std::optional<OptionError> error_of(const Subject& subject, const Options& options) {
  try {
    subject.make(options);
  } catch (const OptionError& error) {
    return error;
  }
  return std::nullopt;
}

/// Returns the limits of a message "…must lie in 1 to 255" as texts.
std::pair<std::string, std::string> limits(const std::string& message) {
  const std::string before = "must lie in ";
  const size_t at = message.rfind(before);
  const size_t to = message.rfind(" to ");
  if (at == std::string::npos || to == std::string::npos || to < at)
    FAIL("no limits in: " + message);
  const size_t first = at + before.size();
  return {message.substr(first, to - first), message.substr(to + 4)};
}

/// Returns all options of the subject; those without a usable default have the min allowed value.
Options valid_options(const Subject& subject) {
  Options options;
  constexpr int max_needed = 3;
  for (int i = 0; i < max_needed; ++i) {
    const auto error = error_of(subject, options);
    if (!error) break;
    const bool is_shape = error->option == "shape";  // of reshape: -1 is always valid
    options.emplace_back(error->option, is_shape ? OptionValue(std::string("-1"))
                                                 : std::stoll(limits(error->what()).first));
  }
  return subject.make(options);
}

/// Checks one option of one subject; the other options have valid values.
class Check {
 public:
  Check(const Subject& subject, const Options& valid, std::string name)
      : subject_(subject), valid_(valid), name_(std::move(name)) {}

  /// Returns the error message for a value to refuse. It must name the subject and the option.
  std::string refused(const OptionValue& value) const {
    INFO(subject_.name << " with " << options_text({{name_, value}}));
    const auto error = error_of(subject_, with(valid_, name_, value));
    REQUIRE(error);
    CHECK(error->option == name_);
    CHECK_THAT(error->what(), StartsWith("[" + subject_.name + "] option " + name_ + " "));
    return error->what();
  }

  void refused(const OptionValue& value, const std::string& reason) const {
    CHECK_THAT(refused(value), ContainsSubstring(reason));
  }

  /// A value in range may still be incompatible with other options; then the error must say so.
  void in_range(const OptionValue& value) const {
    INFO(subject_.name << " with " << options_text({{name_, value}}));
    try {
      subject_.make(with(valid_, name_, value));
    } catch (const Error& error) {
      CHECK_THAT(error.what(), !ContainsSubstring("lie in"));
    }
  }

 private:
  const Subject& subject_;
  const Options& valid_;
  std::string name_;
};

void check_integer(const Check& check) {
  for (const OptionValue& other : {OptionValue(true), OptionValue(std::string("1")),
                                   OptionValue(1.5), OptionValue(std::nan(""))}) {
    check.refused(other, "must be a whole number");
  }
  const auto [min_text, max_text] = limits(check.refused(std::numeric_limits<int64_t>::min()));
  const int64_t min = std::stoll(min_text);
  const int64_t max = std::stoll(max_text);
  CHECK(max < int64_t{1} << 31U);  // the product of two such values does not overflow
  CHECK(min > -(int64_t{1} << 31U));
  for (const int64_t value : {min - 1, max + 1, std::numeric_limits<int64_t>::max()})
    check.refused(value, fmt::format("must lie in {} to {}", min_text, max_text));
  check.in_range(min);
  check.in_range(max);
}

void check_number(const Check& check) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  check.refused(true, "must be a number");
  check.refused(std::string("0.5"), "must be a number");
  const auto [min_text, max_text] = limits(check.refused(std::nan("")));
  const double min = std::stod(min_text);
  const double max = std::stod(max_text);
  CHECK(std::isfinite(min));
  CHECK(std::isfinite(max));
  for (const double value :
       {std::nextafter(min, -infinity), std::nextafter(max, infinity), -infinity, infinity}) {
    check.refused(value, fmt::format("must lie in {} to {}", min_text, max_text));
  }
  check.in_range(min);
  check.in_range(max);
}

void check_list(const Check& check) {
  for (const std::string text : {"a", "1,", ",1", "1;2", "nan", "inf", "1e999", "1 2", "0x"})
    check.refused(text, "must be a list of numbers separated by commas");
  const auto [min, max] = limits(check.refused(std::string("-1e300")));
  check.refused(std::string("1e300"), fmt::format("must lie in {} to {}", min, max));
  std::string long_list = "1";
  for (int i = 0; i < 65536; ++i) long_list += ",1";
  check.refused(long_list, "at most 65536 numbers");
}

void check_choice(const Check& check, const std::string& message) {
  const std::string before = "must be one of: ";
  const size_t at = message.find(before);
  REQUIRE(at != std::string::npos);
  std::string names = message.substr(at + before.size()) + ", ";
  for (size_t end = names.find(", "); end != std::string::npos; end = names.find(", ")) {
    check.in_range(names.substr(0, end));
    check.refused(names.substr(0, end) + " ", before);
    names.erase(0, end + 2);
  }
  check.refused(std::string(), before);
}

void check_text(const Check& check) {
  for (const OptionValue& other : {OptionValue(true), OptionValue(int64_t{1}), OptionValue(0.5)})
    check.refused(other);
  const std::string message = check.refused(std::string("no such"));
  if (message.find("separated by commas") != std::string::npos) {
    check_list(check);
  } else {
    check_choice(check, message);
  }
}

void check_flag(const Check& check) {
  for (const OptionValue& other :
       {OptionValue(int64_t{1}), OptionValue(1.0), OptionValue(std::string("true"))}) {
    check.refused(other, "must be true or false");
  }
  check.in_range(true);
  check.in_range(false);
}

TEST_CASE("options: each refuses other types and values out of range, and states type and range") {
  size_t options = 0;
  for (const Subject& subject : subjects()) {
    INFO(subject.name);
    const Options valid = valid_options(subject);
    for (const auto& [name, value] : valid) {
      const Check check(subject, valid, name);
      if (std::holds_alternative<bool>(value)) check_flag(check);
      if (std::holds_alternative<int64_t>(value)) check_integer(check);
      if (std::holds_alternative<double>(value)) check_number(check);
      if (std::holds_alternative<std::string>(value)) check_text(check);
      ++options;
    }
  }
  CHECK(options > 100);
}

TEST_CASE("options: an unknown name lists the known ones") {
  for (const Subject& subject : subjects()) {
    INFO(subject.name);
    Options options = valid_options(subject);
    std::string known;
    for (const auto& option : options) known += (known.empty() ? "" : ", ") + option.first;
    options.emplace_back("no_such", int64_t{1});
    const auto error = error_of(subject, options);
    REQUIRE(error);
    CHECK(error->what() == "[" + subject.name + "] has no option no_such; it has: " +
                               (known.empty() ? "none" : known));
  }
}

}  // namespace
}  // namespace convlab
