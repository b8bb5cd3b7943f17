#include "engine/run_form.h"

#include <algorithm>

#include "data/resize.h"

namespace convlab {
namespace {

constexpr std::string_view class_weights = "class_weights";
constexpr std::string_view resize = "resize";

/// Those members with their limits, without the two above, which are texts.
struct RunForm {
  int64_t image_size = RunOptions{}.image_size;
  int64_t cache_images = RunOptions{}.cache_images;
  bool featurewise_center = RunOptions{}.featurewise_center;
  bool standardize = RunOptions{}.standardize;
  double validation_split = RunOptions{}.validation_split;
  double warmup_epochs = RunOptions{}.warmup_epochs;
  int64_t seed = static_cast<int64_t>(RunOptions{}.seed);
  double time_budget = RunOptions{}.time_budget;

  template <class Visitor>
  void visit(Visitor& visitor) {
    visitor.integer("image_size", image_size, 0, max_run_image_size,
                    "side of the square to which images are resized; 0: the data set's");
    visitor.integer("cache_images", cache_images, 0, max_cache_images,
                    "MB of memory for decoded photos, so that later epochs are faster; 0: none");
    visitor.flag("featurewise_center", featurewise_center,
                 "subtracts the mean of each channel over the training images from the input");
    visitor.flag("standardize", standardize,
                 "scales the input to mean 0 and standard deviation 1 over the training images");
    visitor.number("validation_split", validation_split, 0, 0.999,
                   "fraction of the training images to validate on instead of the test images");
    visitor.number("warmup_epochs", warmup_epochs, 0, 100000,
                   "epochs in which the learning rate increases from 0, before the schedule");
    visitor.integer("seed", seed, 0, int64_t{1} << 53,
                    "random seed for initial weights, shuffling and dropout");
    visitor.number("time_budget", time_budget, 0, 1e9,
                   "seconds after which training pauses; 0: no limit");
  }
};

template <class T>
T value_of(const Options& values, std::string_view name, const T& otherwise) {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [name](const auto& value) { return value.first == name; });
  return found == values.end() ? otherwise : std::get<T>(found->second);
}

}  // namespace

Options run_form_values(const RunOptions& options) {
  const Options given =
      write_options(RunForm{options.image_size, options.cache_images, options.featurewise_center,
                            options.standardize, options.validation_split, options.warmup_epochs,
                            static_cast<int64_t>(options.seed), options.time_budget});
  const Options defaults = write_options(RunForm{});
  Options values;
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i] != defaults[i]) values.push_back(given[i]);
  }
  if (options.resize != RunOptions{}.resize) values.emplace_back(resize, options.resize);
  if (!options.class_weights.empty()) values.emplace_back(class_weights, options.class_weights);
  return values;
}

void set_run_form_values(RunOptions& options, const Options& values) {
  const RunOptions defaults;
  options.image_size = value_of(values, "image_size", defaults.image_size);
  options.cache_images = value_of(values, "cache_images", defaults.cache_images);
  options.featurewise_center = value_of(values, "featurewise_center", defaults.featurewise_center);
  options.standardize = value_of(values, "standardize", defaults.standardize);
  options.validation_split = value_of(values, "validation_split", defaults.validation_split);
  options.warmup_epochs = value_of(values, "warmup_epochs", defaults.warmup_epochs);
  const int64_t seed = value_of(values, "seed", static_cast<int64_t>(defaults.seed));
  options.seed = static_cast<uint64_t>(seed);
  options.time_budget = value_of(values, "time_budget", defaults.time_budget);
  options.resize = value_of(values, resize, defaults.resize);
  options.class_weights = value_of(values, class_weights, defaults.class_weights);
}

std::vector<OptionField> run_form_fields() {
  std::vector<OptionField> fields = list_options<RunForm>();
  OptionField modes{.name = resize,
                    .type = OptionType::choice,
                    .default_value = RunOptions{}.resize,
                    .choices = {},
                    .help =
                        "crop: the largest centred square of an image; stretch: all of it, "
                        "whatever its aspect ratio; center: 7/8 of each side of that square, as "
                        "networks trained on ImageNet are evaluated"};
  for (const auto& mode : resize_modes) modes.choices.push_back(mode.name);
  fields.insert(fields.begin() + 1, std::move(modes));  // after image_size
  fields.push_back({.name = class_weights,
                    .type = OptionType::numbers,
                    .default_value = std::string(),
                    .min = 0,
                    .max = 1e6,
                    .help = "weight of each class in the training loss, such as 1, 2, 0.5, or "
                            "balanced: in inverse proportion to its number of images"});
  return fields;
}

}  // namespace convlab
