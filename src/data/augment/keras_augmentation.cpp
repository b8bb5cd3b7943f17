#include "data/augment/keras_augmentation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/checked_json.h"
#include "core/error.h"
#include "core/find_named.h"

namespace convlab {

namespace {

using Json = nlohmann::json;

constexpr size_t max_bytes = 1 << 16;
constexpr JsonLimits limits{.depth = 4, .members = 64};

/// An argument that was given.
struct Given {
  std::string_view name;
  const Json& value;

  [[noreturn]] void refuse(std::string_view expected) const {
    constexpr size_t max_shown = 40;
    const std::string shown =
        value.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, max_shown);
    fail("[augment] {} is {}; expected {}", name, shown, expected);
  }

  bool flag() const {
    if (!value.is_boolean()) refuse("true or false");
    return value.get<bool>();
  }

  double number(double min, double max) const {
    const bool holds =
        value.is_number() && value.get<double>() >= min && value.get<double>() <= max;
    if (!holds) refuse(fmt::format("a number from {} to {}", min, max));
    return value.get<double>();
  }
};

/// The limits of an option of ours, where Keras has none.
const OptionField& field_of(std::string_view option) {
  static const std::vector<OptionField> fields = list_options<AugmentationOptions>();
  return find_named("option", option, fields, &OptionField::name);
}

double number_of(const Given& given, std::string_view option) {
  const OptionField& field = field_of(option);
  return given.number(field.min, field.max);
}

/// What has been read.
struct Reading {
  KerasAugmentation result;
  std::optional<bool> whole_width, whole_height;  ///< whether a shift is in whole pixels
};

/// Keras draws whole pixels below a whole number, and fractions of a pixel, or of the side, for
/// others.
void read_shift(const Given& given, std::string_view option, double& shift,
                std::optional<bool>& whole) {
  if (given.value.is_array())
    given.refuse("a number: lists of shifts to choose from have no equivalent");
  shift = number_of(given, option);
  const bool is_whole = given.value.is_number_integer();
  if (is_whole) shift = std::max(shift - 1, 0.0);
  if (shift > 0) whole = is_whole;
}

void read_width_shift(const Given& given, Reading& reading) {
  read_shift(given, "width_shift", reading.result.options.width_shift, reading.whole_width);
}

void read_height_shift(const Given& given, Reading& reading) {
  read_shift(given, "height_shift", reading.result.options.height_shift, reading.whole_height);
}

void read_pair(const Given& given, std::string_view option, double& low, double& high) {
  const OptionField& field = field_of(option);
  const std::string expected = fmt::format("[low, high], both from {} to {}", field.min, field.max);
  if (!given.value.is_array() || given.value.size() != 2) given.refuse(expected);
  std::array<double, 2> pair{};
  for (size_t i = 0; i < 2; ++i) {
    const Json& value = given.value[i];
    if (!value.is_number()) given.refuse(expected);
    pair[i] = value.get<double>();
    if (!(pair[i] >= field.min && pair[i] <= field.max)) given.refuse(expected);
  }
  // Keras draws between the two in either order.
  low = std::min(pair[0], pair[1]);
  high = std::max(pair[0], pair[1]);
}

void read_zoom(const Given& given, Reading& reading) {
  AugmentationOptions& options = reading.result.options;
  if (given.value.is_array())
    return read_pair(given, "zoom_min", options.zoom_min, options.zoom_max);
  const double zoom = given.number(0, 1 - field_of("zoom_min").min);
  options.zoom_min = 1 - zoom;
  options.zoom_max = 1 + zoom;
}

void read_brightness(const Given& given, Reading& reading) {
  if (given.value.is_null()) return;
  AugmentationOptions& options = reading.result.options;
  read_pair(given, "brightness_min", options.brightness_min, options.brightness_max);
}

void read_fill_mode(const Given& given, Reading& reading) {
  const OptionField& field = field_of("fill_mode");
  const auto* name = given.value.get_ptr<const std::string*>();
  if (name == nullptr ||
      std::find(field.choices.begin(), field.choices.end(), *name) == field.choices.end()) {
    given.refuse(fmt::format("one of: {}", fmt::join(field.choices, ", ")));
  }
  const auto read = read_options<AugmentationOptions>("augment", {{"fill_mode", *name}});
  reading.result.options.fill_mode = read.fill_mode;
}

void read_rescale(const Given& given, Reading& reading) {
  constexpr double max = 1e6;
  if (given.value.is_null()) return;
  const double factor = given.number(0, max);
  if (factor > 0) reading.result.rescale = factor;
}

void read_validation_split(const Given& given, Reading& reading) {
  const double fraction = given.number(0, 1);
  if (fraction == 1) given.refuse("a number below 1");
  if (fraction > 0) reading.result.validation_split = fraction;
}

void read_std_normalization(const Given& given, Reading& reading) {
  reading.result.featurewise_std_normalization = given.flag();
  if (given.flag()) reading.result.featurewise_center = true;
}

void read_center(const Given& given, Reading& reading) {
  if (given.flag()) reading.result.featurewise_center = true;
}

/// An argument that is an option of ours with the same meaning.
template <double AugmentationOptions::* member>
void read_number(const Given& given, std::string_view option, Reading& reading) {
  reading.result.options.*member = number_of(given, option);
}

template <bool AugmentationOptions::* member>
void read_flag(const Given& given, Reading& reading) {
  reading.result.options.*member = given.flag();
}

struct Argument {
  std::string_view name;
  void (*read)(const Given& given, Reading& reading) = nullptr;
  /// A list, as JSON, of the only values of an argument that has no equivalent.
  const char* only = nullptr;
};

constexpr std::array arguments{
    Argument{"rotation_range",
             [](const Given& given, Reading& reading) {
               read_number<&AugmentationOptions::rotate>(given, "rotate", reading);
             }},
    Argument{"width_shift_range", read_width_shift},
    Argument{"height_shift_range", read_height_shift},
    Argument{"brightness_range", read_brightness},
    Argument{"shear_range",
             [](const Given& given, Reading& reading) {
               read_number<&AugmentationOptions::shear>(given, "shear", reading);
             }},
    Argument{"zoom_range", read_zoom},
    Argument{"channel_shift_range",
             [](const Given& given, Reading& reading) {
               read_number<&AugmentationOptions::channel_shift>(given, "channel_shift", reading);
             }},
    Argument{"fill_mode", read_fill_mode},
    Argument{"cval",
             [](const Given& given, Reading& reading) {
               read_number<&AugmentationOptions::cval>(given, "cval", reading);
             }},
    Argument{"horizontal_flip", read_flag<&AugmentationOptions::flip>},
    Argument{"vertical_flip", read_flag<&AugmentationOptions::vertical_flip>},
    Argument{"rescale", read_rescale},
    Argument{"featurewise_center", read_center},
    Argument{"featurewise_std_normalization", read_std_normalization},
    Argument{"validation_split", read_validation_split},
    Argument{"samplewise_center", nullptr, "[false]"},
    Argument{"samplewise_std_normalization", nullptr, "[false]"},
    Argument{"zca_whitening", nullptr, "[false]"},
    Argument{"zca_epsilon", nullptr, "[1e-6]"},
    Argument{"preprocessing_function", nullptr, "[null]"},
    Argument{"data_format", nullptr, R"([null, "channels_last"])"},
    Argument{"interpolation_order", nullptr, "[1]"},
    Argument{"dtype", nullptr, R"([null, "float32"])"},
};

void read_argument(const Given& given, Reading& reading) {
  const Argument& argument =
      find_named("argument of ImageDataGenerator", given.name, arguments, &Argument::name);
  if (argument.read != nullptr) return argument.read(given, reading);
  const Json only = Json::parse(argument.only);
  if (std::find(only.begin(), only.end(), given.value) != only.end()) return;
  const std::string values = only.dump(-1);
  given.refuse(fmt::format("{} or no such argument: others have no equivalent here",
                           values.substr(1, values.size() - 2)));
}

Json parse(std::string_view text) {
  if (text.size() > max_bytes)
    fail("[augment] {} bytes of JSON; expected at most {}", text.size(), max_bytes);
  try {
    return parse_within<Json>(limits, text);
  } catch (const JsonRefusal& refusal) {
    fail("[augment] byte {}: {}", refusal.byte, refusal.what());
  }
}

}  // namespace

KerasAugmentation augmentation_from_keras_json(std::string_view text) {
  const Json root = parse(text);
  if (!root.is_object()) {
    fail(
        "[augment] the arguments of ImageDataGenerator are not a JSON object; expected "
        R"({{"rotation_range": 15, "horizontal_flip": true}})");
  }
  Reading reading;
  for (const auto& [name, value] : root.items()) read_argument({name, value}, reading);
  if (reading.whole_width && reading.whole_height && reading.whole_width != reading.whole_height) {
    fail(
        "[augment] one of width_shift_range and height_shift_range is a whole number of pixels and "
        "the other is not; expected both alike: 3.0 stands for up to 3 pixels and their fractions");
  }
  reading.result.options.whole_pixel_shift =
      reading.whole_width.value_or(false) || reading.whole_height.value_or(false);
  return reading.result;
}

}  // namespace convlab
