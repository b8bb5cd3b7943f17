#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "core/error.h"
#include "data/augment/augmentation.h"
#include "data/augment/augmentation_text.h"

namespace convlab {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

void check_refused(std::string_view text, const std::string& part) {
  INFO(text);
  CHECK_THROWS_MATCHES(parse_augmentation(text), Error, MessageMatches(ContainsSubstring(part)));
}

TEST_CASE("augment, text: names with values, and without one for what has none") {
  const AugmentationOptions read =
      parse_augmentation(" flip, rotate = 15 ,fill_mode=reflect,cutout=8,vertical_flip=false");
  CHECK(read.flip);
  CHECK_FALSE(read.vertical_flip);
  CHECK(read.rotate == 15);
  CHECK(read.fill_mode == FillMode::reflect);
  CHECK(read.cutout == 8);
  CHECK(augmentation_text(parse_augmentation("")).empty());
  CHECK(augmentation_text(parse_augmentation("  ")).empty());
}

TEST_CASE("augment, text: shift, zoom and brightness stand for two options each") {
  CHECK(augmentation_text(parse_augmentation("shift=0.1")) == "width_shift=0.1,height_shift=0.1");
  CHECK(augmentation_text(parse_augmentation("zoom=0.25")) == "zoom_min=0.75,zoom_max=1.25");
  CHECK(augmentation_text(parse_augmentation("brightness=0.5")) ==
        "brightness_min=0.5,brightness_max=1.5");
  CHECK(augmentation_text(parse_augmentation("zoom=0.99,brightness=1")).empty() == false);
}

TEST_CASE("augment, text: what is written is read as the same") {
  // Every option at a value other than its default.
  std::string text;
  for (const OptionField& field : list_options<AugmentationOptions>()) {
    if (field.name == "alternating_flip") continue;  // excludes flip
    text += (text.empty() ? "" : ",") + std::string(field.name);
    if (field.name.ends_with("_min"))
      text += "=0.875";
    else if (field.type == OptionType::integer)
      text += "=3";
    else if (field.type == OptionType::number)
      text += field.max < 0.9 ? "=0.25" : "=0.9375";
    else if (field.name == "fill_mode")
      text += "=wrap";
    else if (field.name == "crop_fill")
      text += "=reflect";
  }
  CHECK(augmentation_text(parse_augmentation(text)) == text);
}

TEST_CASE("augment, text: an unknown name is refused with the known ones") {
  check_refused("flip,rotat=3",
                "unknown augmentation 'rotat' (did you mean 'rotate'?); known are: "
                "shift, zoom, brightness, flip, vertical_flip");
  check_refused("=3", "unknown augmentation ''");
  check_refused("flip,,rotate=3", "unknown augmentation ''");
  check_refused("flip,", "unknown augmentation ''");
}

TEST_CASE("augment, text: an invalid value is refused with its range") {
  check_refused("rotate=400", "[augment] option rotate is 400 but must lie in 0 to 360");
  check_refused("rotate=nan", "option rotate is \"nan\" but must be a number");
  check_refused("flip=1", "option flip is 1 but must be true or false");
  check_refused("cutout=1.5", "option cutout is 1.5 but must be a whole number");
  check_refused("rotate", "[augment] rotate lacks a value; expected rotate=…");
  check_refused("rotate=", "option rotate is \"\" but must be a number");
  check_refused("shift=-1", "[augment] shift is '-1' but must be a number from 0 to 4096");
  check_refused("zoom=1", "[augment] zoom is '1' but must be a number from 0 to 0.99");
  check_refused("brightness=x", "[augment] brightness is 'x' but must be a number from 0 to 1");
  check_refused("fill_mode=near", "must be one of: constant, nearest, reflect, wrap");
}

TEST_CASE("augment, text: values that contradict each other are refused") {
  check_refused("flip,flip", "[augment] flip is given twice");
  check_refused("zoom=0.1,zoom_max=2", "[augment] zoom_max is given twice");
  check_refused("zoom_min=1.5", "[augment] option zoom_min is 1.5 but must be at most zoom_max, 1");
  check_refused("brightness_max=0.5", "option brightness_min is 1 but must be at most");
  check_refused("erase_min_area=0.5",
                "erase_min_area is 0.5 but must be at most erase_max_area, 0.33");
  check_refused("flip,alternating_flip", "flip and alternating_flip exclude each other");
}

TEST_CASE("augment: options that were set by a program are checked, too") {
  AugmentationOptions options;
  options.noise = -1;
  CHECK_THROWS_MATCHES(Augmentation(options), Error,
                       MessageMatches(ContainsSubstring("[augment] option noise is")));
}

}  // namespace
}  // namespace convlab
