#pragma once

#include <cstdint>
#include <string>

#include "core/options.h"
#include "engine/fields.h"

namespace convlab {

/// The largest RunOptions::cache_images.
constexpr int64_t max_cache_images = int64_t{1} << 20U;

/// The largest RunOptions::image_size.
constexpr int64_t max_run_image_size = 1024;

/// Options of a training run. Names and options are those of the registries (data sets, zoo,
/// losses, optimizers, schedules).
struct RunOptions {
  std::string data = "mnist";
  /// Side of the square to which all images are resized; 0: the size of the data set,
  /// or, for photos of any size, that of the network in `architecture`.
  int64_t image_size = 0;
  /// How images of another aspect ratio become that size: crop or stretch (data/resize.h). A model
  /// file keeps it for predictions.
  std::string resize = "crop";
  std::string model = "mnist-cnn";  ///< of the zoo; with `architecture`, only a name for people
  /// The network as a JSON document (io/graph_json.h); empty: the model of the zoo.
  std::string architecture;
  /// Fraction of the training images, from 0 to below 1, that is set aside to validate on instead
  /// of the test images (data/stratified_split.h); 0: validates on the test images.
  double validation_split = 0;
  std::string loss = "softmax_cross_entropy";
  Options loss_options;
  /// Weights of the classes in the training loss (loss/class_weights.h), as a list with one number
  /// per class, "1, 2, 0.5", or "balanced": in inverse proportion to the number of training images
  /// of the class, with a mean of 1 over all training images. Empty: all 1.
  std::string class_weights;
  std::string optimizer = "adam";
  Options optimizer_options;
  double learning_rate = 0;  ///< base rate of the schedule; 0: the optimizer's default
  std::string schedule = "constant";
  Options schedule_options;
  double warmup_epochs = 0;  ///< before the schedule; may be fractional
  /// MB of memory for decoded photos, so that later epochs need not decode them again, but at most
  /// half of the memory that is left; 0: none. Without effect where augmentation takes random parts
  /// of the stored photos (resized_crop), and on data sets that are stored as pixels.
  int64_t cache_images = 0;
  /// Whether the mean over the training images is subtracted from each channel of the input, whose
  /// values then lie within 1 of 0, as Keras' featurewise_center after rescale=1/255. The mean is
  /// that of channel_statistics.
  bool featurewise_center = false;
  /// Whether it is also divided by the standard deviation, which includes featurewise_center, as
  /// Keras' featurewise_std_normalization does. With neither the input has values from 0 to 1, or
  /// those that the document in `architecture` says.
  bool standardize = false;
  Options augmentation;    ///< AugmentationOptions, of the training images
  Options update_options;  ///< UpdateOptions: clipping, accumulation, moving average
  int64_t batch = 128;
  int64_t epochs = 5;
  uint64_t seed = 1;
  bool early_stopping = false;
  Options early_stopping_options;  ///< EarlyStoppingOptions: monitor, patience, …
  double time_budget = 0;          ///< seconds from each Start until it pauses; 0: no limit

  bool operator==(const RunOptions&) const = default;
};

template <class Fields, MaybeConst<RunOptions> S>
void visit(Fields& fields, S& options) {
  fields("data", options.data);
  fields("image_size", options.image_size);
  fields("resize", options.resize);
  fields("model", options.model);
  fields("architecture", options.architecture);
  fields("validation_split", options.validation_split);
  fields("loss", options.loss);
  fields("loss_options", options.loss_options);
  fields("class_weights", options.class_weights);
  fields("optimizer", options.optimizer);
  fields("optimizer_options", options.optimizer_options);
  fields("learning_rate", options.learning_rate);
  fields("schedule", options.schedule);
  fields("schedule_options", options.schedule_options);
  fields("warmup_epochs", options.warmup_epochs);
  fields("cache_images", options.cache_images);
  fields("featurewise_center", options.featurewise_center);
  fields("standardize", options.standardize);
  fields("augmentation", options.augmentation);
  fields("update_options", options.update_options);
  fields("batch", options.batch);
  fields("epochs", options.epochs);
  fields("seed", options.seed);
  fields("early_stopping", options.early_stopping);
  fields("early_stopping_options", options.early_stopping_options);
  fields("time_budget", options.time_budget);
}

}  // namespace convlab
