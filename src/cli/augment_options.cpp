#include "cli/augment_options.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "data/augment/augmentation_text.h"
#include "data/augment/keras_augmentation.h"
#include "data/file.h"

namespace convlab {

namespace {

constexpr uintmax_t max_json_bytes = 1 << 20;

/// Reads the arguments of Keras' ImageDataGenerator. validation_split, unless it is given, and the
/// featurewise ones become those of the run.
AugmentationOptions read_keras_file(RunOptions& run, const std::string& path) {
  const std::vector<uint8_t> bytes = read_file(path, max_json_bytes);
  const std::string text(bytes.begin(), bytes.end());
  const KerasAugmentation keras = augmentation_from_keras_json(text);
  if (keras.rescale && std::abs(*keras.rescale * 255 - 1) > 1e-3) {
    fail("[augment] {}: rescale is {}; expected 1/255, by which all images are scaled", path,
         *keras.rescale);
  }
  if (keras.featurewise_std_normalization) {
    run.standardize = true;
  } else if (keras.featurewise_center) {
    run.featurewise_center = true;
  }
  if (keras.validation_split && run.validation_split == 0)
    run.validation_split = *keras.validation_split;
  return keras.options;
}

/// The options that are not defaults.
Options changed_options(const AugmentationOptions& options) {
  const Options defaults = write_options(AugmentationOptions{});
  Options changed;
  for (auto& value : write_options(options)) {
    if (std::find(defaults.begin(), defaults.end(), value) == defaults.end())
      changed.push_back(std::move(value));
  }
  return changed;
}

}  // namespace

void add_augment(CLI::App& command, RunOptions& run, std::vector<NamedFile>& inputs) {
  command
      .add_option_function<std::string>(
          "--augment",
          [&run, &inputs](const std::string& text) {
            const bool is_file = text.ends_with(".json");
            if (is_file) inputs.push_back({"--augment", text});
            run.augmentation =
                changed_options(is_file ? read_keras_file(run, text) : parse_augmentation(text));
          },
          "Random changes of the training images, such as flip,shift=0.1,rotate=15; or a .json "
          "file with arguments of Keras' ImageDataGenerator")
      ->type_name("LIST|FILE");
}

void add_standardize(CLI::App& command, RunOptions& run) {
  command.add_flag("--featurewise-center", run.featurewise_center,
                   "Subtract the mean of each channel over the training images from the input");
  command.add_flag(
      "--standardize", run.standardize,
      "Scale the input to mean 0 and standard deviation 1 over the training images, per "
      "channel; otherwise to 0 to 1");
}

}  // namespace convlab
