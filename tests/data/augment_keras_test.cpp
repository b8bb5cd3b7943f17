#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "core/error.h"
#include "data/augment/augmentation_text.h"
#include "data/augment/keras_augmentation.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

std::string text_of(std::string_view json) {
  return augmentation_text(augmentation_from_keras_json(json).options);
}

void check_refused(std::string_view json, const std::string& part) {
  INFO(json);
  CHECK_THROWS_MATCHES(augmentation_from_keras_json(json), Error,
                       MessageMatches(ContainsSubstring(part)));
}

TEST_CASE("augment, Keras: the arguments of ImageDataGenerator") {
  const KerasAugmentation read = augmentation_from_keras_json(R"({
    "rotation_range": 15, "width_shift_range": 0.1, "height_shift_range": 0.2, "shear_range": 0.3,
    "zoom_range": 0.25, "brightness_range": [0.5, 1.5], "channel_shift_range": 20.0,
    "fill_mode": "constant", "cval": 12.5, "horizontal_flip": true, "vertical_flip": true,
    "rescale": 0.00392156862745098, "featurewise_center": true, "validation_split": 0.2})");
  CHECK(augmentation_text(read.options) ==
        "flip,vertical_flip,width_shift=0.1,height_shift=0.2,rotate=15,shear=0.3,zoom_min=0.75,"
        "zoom_max=1.25,fill_mode=constant,cval=12.5,brightness_min=0.5,brightness_max=1.5,"
        "channel_shift=20");
  CHECK(read.rescale == 1.0 / 255);
  CHECK(read.featurewise_center);
  CHECK_FALSE(read.featurewise_std_normalization);
  CHECK(read.validation_split == 0.2);
}

TEST_CASE("augment, Keras: the default of every argument changes nothing") {
  const KerasAugmentation read = augmentation_from_keras_json(R"({
    "featurewise_center": false, "samplewise_center": false, "featurewise_std_normalization": false,
    "samplewise_std_normalization": false, "zca_whitening": false, "zca_epsilon": 1e-06,
    "rotation_range": 0, "width_shift_range": 0.0, "height_shift_range": 0.0,
    "brightness_range": null, "shear_range": 0.0, "zoom_range": 0.0, "channel_shift_range": 0.0,
    "fill_mode": "nearest", "cval": 0.0, "horizontal_flip": false, "vertical_flip": false,
    "rescale": null, "preprocessing_function": null, "data_format": null, "validation_split": 0.0,
    "interpolation_order": 1, "dtype": null})");
  CHECK(augmentation_text(read.options).empty());
  CHECK_FALSE(read.rescale);
  CHECK_FALSE(read.featurewise_center);
  CHECK_FALSE(read.validation_split);
  CHECK(text_of("{}").empty());
  CHECK(text_of(R"({"data_format": "channels_last", "dtype": "float32"})").empty());
}

TEST_CASE("augment, Keras: shifts below 1 are fractions, others pixels, whole numbers whole ones") {
  CHECK(text_of(R"({"width_shift_range": 0.99})") == "width_shift=0.99");
  CHECK(text_of(R"({"width_shift_range": 2.5})") == "width_shift=2.5");
  CHECK(text_of(R"({"height_shift_range": 1.0})") == "height_shift=1");
  // np.random.choice(3) draws 0, 1 or 2.
  CHECK(text_of(R"({"width_shift_range": 3})") == "width_shift=2,whole_pixel_shift");
  CHECK(text_of(R"({"width_shift_range": 3, "height_shift_range": 5})") ==
        "width_shift=2,height_shift=4,whole_pixel_shift");
  CHECK(text_of(R"({"width_shift_range": 1, "height_shift_range": 0.1})") == "height_shift=0.1");
  CHECK(text_of(R"({"width_shift_range": 0, "height_shift_range": 4})") ==
        "height_shift=3,whole_pixel_shift");
  check_refused(R"({"width_shift_range": 3, "height_shift_range": 0.1})",
                "one of width_shift_range and height_shift_range is a whole number of pixels");
  check_refused(R"({"width_shift_range": [1, 2]})",
                "[augment] width_shift_range is [1,2]; expected a number: lists of shifts");
  check_refused(R"({"width_shift_range": -0.1})",
                "width_shift_range is -0.1; expected a number from 0 to 4096");
}

TEST_CASE("augment, Keras: zoom and brightness ranges") {
  CHECK(text_of(R"({"zoom_range": [0.5, 1]})") == "zoom_min=0.5");
  CHECK(text_of(R"({"zoom_range": [2, 0.5]})") == "zoom_min=0.5,zoom_max=2");
  CHECK(text_of(R"({"brightness_range": [0, 1]})") == "brightness_min=0");
  check_refused(R"({"zoom_range": 1})", "zoom_range is 1; expected a number from 0 to 0.99");
  check_refused(R"({"zoom_range": [0, 1]})",
                "zoom_range is [0,1]; expected [low, high], both from 0.01");
  check_refused(R"({"zoom_range": [0.5]})", "zoom_range is [0.5]; expected [low, high]");
  check_refused(R"({"brightness_range": 0.5})", "brightness_range is 0.5; expected [low, high]");
  check_refused(R"({"brightness_range": [0.5, "1"]})", "expected [low, high]");
}

TEST_CASE("augment, Keras: standard deviations imply means, and zeros are off") {
  CHECK(augmentation_from_keras_json(R"({"featurewise_std_normalization": true})")
            .featurewise_center);
  CHECK(augmentation_from_keras_json(
            R"({"featurewise_std_normalization": true, "featurewise_center": false})")
            .featurewise_center);
  CHECK_FALSE(augmentation_from_keras_json(R"({"rescale": 0})").rescale);
  check_refused(R"({"validation_split": 1})", "validation_split is 1; expected a number below 1");
  check_refused(R"({"validation_split": 1.5})", "validation_split is 1.5; expected a number");
  check_refused(R"({"rescale": -1})", "rescale is -1; expected a number from 0 to");
}

TEST_CASE("augment, Keras: what has no equivalent is refused by name") {
  check_refused(R"({"zca_whitening": true})",
                "[augment] zca_whitening is true; expected false or no such argument");
  check_refused(R"({"samplewise_center": true})", "samplewise_center is true");
  check_refused(R"({"samplewise_std_normalization": true})",
                "samplewise_std_normalization is true");
  check_refused(R"({"zca_epsilon": 1e-5})", "zca_epsilon is 1e-05");
  check_refused(R"({"preprocessing_function": "f"})", "preprocessing_function is \"f\"");
  check_refused(R"({"data_format": "channels_first"})",
                "data_format is \"channels_first\"; expected null,\"channels_last\"");
  check_refused(R"({"interpolation_order": 0})", "interpolation_order is 0; expected 1");
  check_refused(R"({"dtype": "float16"})", "dtype is \"float16\"");
}

TEST_CASE("augment, Keras: bad JSON and wrong types are refused with their place or name") {
  check_refused(
      R"({"rotation": 15})",
      "unknown argument of ImageDataGenerator 'rotation' (did you mean 'rotation_range'?)");
  check_refused(R"({"rotation_range": 361})",
                "[augment] rotation_range is 361; expected a number from 0 to 360");
  check_refused(R"({"rotation_range": "15"})", "rotation_range is \"15\"; expected a number");
  check_refused(R"({"horizontal_flip": 1})", "horizontal_flip is 1; expected true or false");
  check_refused(R"({"fill_mode": "mirror"})",
                "fill_mode is \"mirror\"; expected one of: constant, nearest, reflect, wrap");
  check_refused(R"({"cval": 256})", "cval is 256; expected a number from 0 to 255");
  check_refused(R"({"horizontal_flip": True})", "[augment] byte 20: not JSON");
  check_refused(R"({"cval": 1, "cval": 2})", "byte 12: \"cval\" occurs twice");
  check_refused("[1]", "not a JSON object; expected {\"rotation_range\": 15");
  check_refused("", "[augment] byte 0: not JSON");
  check_refused(R"({"cval": [[[[1]]]]})", "nested more than 4 deep");
  check_refused(R"({"cval": 1e999})", "not JSON");
  check_refused(std::string(70'000, ' '), "70000 bytes of JSON; expected at most 65536");
}

}  // namespace
}  // namespace convlab
