#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/shape.h"
#include "engine/bench_options.h"
#include "engine/fields.h"
#include "engine/run_options.h"
#include "explain/explain_options.h"

/// Everything that a front end can ask of the engine. Each request has a name for its encoding
/// (protocol.h), its fields, and in brackets the result of its reply (replies.h). A new request is
/// one structure here, one alternative of `Request`, and one function of the engine.
namespace convlab {

/// Builds a new network and opens the data set. Ends the run before, unless an option is invalid.
/// If `options.architecture` is still that of LoadModel, its weights are loaded again. [Configured]
struct Configure {
  static constexpr std::string_view name = "configure";
  RunOptions options;
};
template <class Fields, MaybeConst<Configure> S>
void visit(Fields& fields, S& request) {
  fields("options", request.options);
}

/// Trains until the planned epochs are done: starts, resumes after Pause or, when they are done,
/// trains for another `epochs` epochs. [Done]
struct Start {
  static constexpr std::string_view name = "start";
};
/// Stops after the current training step; Start resumes. [Done]
struct Pause {
  static constexpr std::string_view name = "pause";
};
/// Does one training step, then pauses. [Done]
struct Step {
  static constexpr std::string_view name = "step";
};
/// Initializes the weights again from the same seed, or loads those of LoadModel again, and
/// discards all training progress. [Done]
struct Reset {
  static constexpr std::string_view name = "reset";
};
/// Ends the training, also within an epoch: callbacks may restore the best weights. [Done]
struct End {
  static constexpr std::string_view name = "end";
};
template <class Fields, class S>
  requires(MaybeConst<S, Start> || MaybeConst<S, Pause> || MaybeConst<S, Step> ||
           MaybeConst<S, Reset> || MaybeConst<S, End>)
void visit(Fields&, S&) {}

/// Sets the base learning rate, from which the schedule computes that of each step. [Done]
struct SetLearningRate {
  static constexpr std::string_view name = "set_learning_rate";
  double learning_rate = std::numeric_limits<double>::quiet_NaN();
};
template <class Fields, MaybeConst<SetLearningRate> S>
void visit(Fields& fields, S& request) {
  fields("learning_rate", request.learning_rate);
}

/// Sets the number of planned epochs of the run, also while it trains; at least those done. The
/// schedule keeps its length. [Done]
struct SetEpochs {
  static constexpr std::string_view name = "set_epochs";
  int64_t epochs = 0;
};
template <class Fields, MaybeConst<SetEpochs> S>
void visit(Fields& fields, S& request) {
  fields("epochs", request.epochs);
}

/// Cancels another request that waits or runs; its reply is an error of kind cancelled. [Done]
struct Cancel {
  static constexpr std::string_view name = "cancel";
  uint64_t target = 0;  ///< its id
};
template <class Fields, MaybeConst<Cancel> S>
void visit(Fields& fields, S& request) {
  fields("target", request.target);
}

/// Evaluates the network on the test images. Training waits meanwhile. [Evaluation]
struct Evaluate {
  static constexpr std::string_view name = "evaluate";
  int64_t top_k = 5;
};
template <class Fields, MaybeConst<Evaluate> S>
void visit(Fields& fields, S& request) {
  fields("top_k", request.top_k);
}

/// An image: the contents of a PNG or JPEG file, pixels, or one of the run's test images. If it has
/// another size than the network's input, it is cropped to its aspect ratio and resized.
struct GivenImage {
  std::string source = "the image";  ///< name of the file for messages
  std::vector<uint8_t> file;
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;         ///< 1 (grey) or 3 (RGB)
  std::vector<uint8_t> pixels;  ///< [height, width, channels]
  bool is_test_image = false;   ///< instead of the above: it is the one with this index
  int64_t index = 0;            ///< of a test image of the run
};
template <class Fields, MaybeConst<GivenImage> S>
void visit(Fields& fields, S& image) {
  fields("source", image.source);
  fields("file", image.file);
  fields("height", image.height);
  fields("width", image.width);
  fields("channels", image.channels);
  fields("pixels", image.pixels);
  fields("is_test_image", image.is_test_image);
  fields("index", image.index);
}

/// Predicts the class of an image, given as the contents of a PNG or JPEG file, as pixels, or as
/// the index of a test image. An image of another size is cropped to the network's aspect ratio and
/// resized. [Prediction]
struct Predict {
  static constexpr std::string_view name = "predict";
  GivenImage image;
};
template <class Fields, MaybeConst<Predict> S>
void visit(Fields& fields, S& request) {
  visit(fields, request.image);
}

/// Returns the output of one layer, its feature maps, for an image, which is given as for Predict.
/// [LayerOutput]
struct Activations {
  static constexpr std::string_view name = "activations";
  GivenImage image;
  std::string layer;  ///< its name, as in ModelDescription; empty: that of Explain's Grad-CAM
};
template <class Fields, MaybeConst<Activations> S>
void visit(Fields& fields, S& request) {
  visit(fields, request.image);
  fields("layer", request.layer);
}

/// Explains what the network predicts for an image, which is given as for Predict: Grad-CAM,
/// saliency, SmoothGrad or occlusion (explain/explanation.h). Training waits meanwhile.
/// [ExplainedImage]
struct Explain {
  static constexpr std::string_view name = "explain";
  GivenImage image;
  std::string class_name;  ///< name or number of the class to explain; empty: the predicted one
  ExplainOptions options;  ///< except class_index
};
template <class Fields, MaybeConst<Explain> S>
void visit(Fields& fields, S& request) {
  visit(fields, request.image);
  fields("method", request.options.method);
  fields("class_name", request.class_name);
  fields("layer", request.options.layer);
  fields("samples", request.options.samples);
  fields("noise", request.options.noise);
  fields("seed", request.options.seed);
  fields("patch", request.options.patch);
  fields("stride", request.options.stride);
}

/// Returns the weights of a convolution, or of a dense layer that reads the image, as images.
/// [FilterImages]
struct ShowFilters {
  static constexpr std::string_view name = "filters";
  std::string layer;  ///< its name; empty: the first such layer
};
template <class Fields, MaybeConst<ShowFilters> S>
void visit(Fields& fields, S& request) {
  fields("layer", request.layer);
}

/// Returns how a convolution computes one number of its output for an image, which is given as for
/// Predict. [PixelSum]
struct ShowPixel {
  static constexpr std::string_view name = "pixel_arithmetic";
  GivenImage image;
  std::string layer;  ///< its name; empty: the first convolution
  int64_t row = 0;
  int64_t column = 0;
  int64_t channel = 0;
};
template <class Fields, MaybeConst<ShowPixel> S>
void visit(Fields& fields, S& request) {
  visit(fields, request.image);
  fields("layer", request.layer);
  fields("row", request.row);
  fields("column", request.column);
  fields("channel", request.channel);
}

/// Computes features of the images of the run's data set, with a network that was trained on
/// ImageNet, as a file that can be added as a data set. Waits for images that have not arrived yet.
/// Meanwhile there is a data set `data_name` of the features that are computed already, on which a
/// network can be trained; other training waits. [ComputedFeatures]
struct ExtractFeatures {
  static constexpr std::string_view name = "extract_features";
  std::string weights;           ///< name of weights that the front end has
  std::string pool = "avg";      ///< one of feature_pools (features/feature_info.h)
  int64_t images_per_class = 0;  ///< of the training and of the test images, the first; 0: all
  std::string data_name;         ///< empty: "photos-squeezenet1.1", after data set and weights
};
template <class Fields, MaybeConst<ExtractFeatures> S>
void visit(Fields& fields, S& request) {
  fields("weights", request.weights);
  fields("pool", request.pool);
  fields("images_per_class", request.images_per_class);
  fields("data_name", request.data_name);
}

/// Describes a data set. [DataDescription]
struct DescribeData {
  static constexpr std::string_view name = "describe_data";
  std::string data;
};
template <class Fields, MaybeConst<DescribeData> S>
void visit(Fields& fields, S& request) {
  fields("data", request.data);
}

/// Returns the network as a model file (io/model_file.h), with the weights that evaluation uses. A
/// network that reads features can be joined with the pretrained network that computes them
/// (features/joined_model.h); the file then reads images. [SavedFile]
struct SaveModel {
  static constexpr std::string_view name = "save_model";
  std::string backbone_weights;  ///< name of weights that the front end has; empty: as it is
  double last_block_factor = 0;  ///< learning rate factor of their last block; 0: it is frozen
};
template <class Fields, MaybeConst<SaveModel> S>
void visit(Fields& fields, S& request) {
  fields("backbone_weights", request.backbone_weights);
  fields("last_block_factor", request.last_block_factor);
}
/// Returns a checkpoint of the run between two steps. Training resumed from it gives bitwise the
/// same results. [SavedFile]
struct SaveCheckpoint {
  static constexpr std::string_view name = "save_checkpoint";
};
template <class Fields, MaybeConst<SaveCheckpoint> S>
void visit(Fields&, S&) {}

/// Configures a run with network, weights and class names of a model file or a checkpoint. Model,
/// architecture and loss of `options` are those of the file; so is an empty `options.data`. Without
/// that data set the network can predict but not train. Of a network's document (.json) the weights
/// are new, and an empty `options.data` is that of the run. [Configured]
struct LoadModel {
  static constexpr std::string_view name = "load_model";
  std::string source = "the model";  ///< name of the file for messages
  std::vector<uint8_t> file;
  RunOptions options;
};
template <class Fields, MaybeConst<LoadModel> S>
void visit(Fields& fields, S& request) {
  fields("source", request.source);
  fields("file", request.file);
  fields("options", request.options);
}

/// Restores a checkpoint into the configured run, whose options must be those of the checkpoint
/// (see Run::resume). [Done]
struct LoadCheckpoint {
  static constexpr std::string_view name = "load_checkpoint";
  std::string source = "the checkpoint";  ///< name of the file for messages
  std::vector<uint8_t> file;
};
template <class Fields, MaybeConst<LoadCheckpoint> S>
void visit(Fields& fields, S& request) {
  fields("source", request.source);
  fields("file", request.file);
}

/// Looks for a learning rate by a range test (train/range_test.h) of a new network with these
/// options, with weights as for Configure; learning_rate, schedule and epochs are ignored. Trains
/// on the images of such a run, without those of validation_split. No run changes. [LearningRates]
struct FindLearningRate {
  static constexpr std::string_view name = "find_learning_rate";
  RunOptions options;
  double first_rate = 1e-7;
  double last_rate = 10;
  int64_t steps = 100;
};
template <class Fields, MaybeConst<FindLearningRate> S>
void visit(Fields& fields, S& request) {
  fields("options", request.options);
  fields("first_rate", request.first_rate);
  fields("last_rate", request.last_rate);
  fields("steps", request.steps);
}

/// Measures training steps on random images. Training waits meanwhile. [BenchResult]
struct Bench {
  static constexpr std::string_view name = "bench";
  BenchOptions options;
};
template <class Fields, MaybeConst<Bench> S>
void visit(Fields& fields, S& request) {
  fields("options", request.options);
}

/// Returns the runs of `convlab bench --suite` for up to `threads` threads. [BenchSuite]
struct ListBenches {
  static constexpr std::string_view name = "list_benches";
  int32_t threads = 1;
};
template <class Fields, MaybeConst<ListBenches> S>
void visit(Fields& fields, S& request) {
  fields("threads", request.threads);
}

/// Describes a network layer by layer: the document `architecture`, or the zoo's `model`, or else
/// the configured network. [ModelDescription]
struct DescribeModel {
  static constexpr std::string_view name = "describe_model";
  std::string architecture;  ///< a document as in io/graph_json.h
  std::string model;
  Shape image;          ///< (height, width, channels); (): the model's default
  int64_t classes = 0;  ///< 0: the model's default
  int64_t batch = 128;  ///< images per batch, for the memory
};
template <class Fields, MaybeConst<DescribeModel> S>
void visit(Fields& fields, S& request) {
  fields("architecture", request.architecture);
  fields("model", request.model);
  fields("image", request.image);
  fields("classes", request.classes);
  fields("batch", request.batch);
}

/// Reports all that is wrong with a network's document, for an editor, and the shapes that are
/// known nevertheless. With `image` and `classes`, also whether the network suits such data.
/// [ModelCheck]
struct CheckModel {
  static constexpr std::string_view name = "check_model";
  std::string architecture;  ///< a document as in io/graph_json.h
  Shape image;               ///< (height, width, channels) of the data; (): any
  int64_t classes = 0;       ///< of the data; 0: any number
};
template <class Fields, MaybeConst<CheckModel> S>
void visit(Fields& fields, S& request) {
  fields("architecture", request.architecture);
  fields("image", request.image);
  fields("classes", request.classes);
}

/// Chooses the parts of the snapshots that are made because somebody looks at them: samples,
/// predictions, filters. None at first. [Done]
struct Subscribe {
  static constexpr std::string_view name = "subscribe";
  std::vector<std::string> parts;
};
template <class Fields, MaybeConst<Subscribe> S>
void visit(Fields& fields, S& request) {
  fields("parts", request.parts);
}

/// Returns the tables of everything a user can choose. [Controls]
struct ListControls {
  static constexpr std::string_view name = "list_controls";
};
template <class Fields, MaybeConst<ListControls> S>
void visit(Fields&, S&) {}

using Request = std::variant<Configure, Start, Pause, Step, Reset, End, SetLearningRate, SetEpochs,
                             Cancel, Evaluate, Predict, Activations, Explain, ShowFilters,
                             ShowPixel, ExtractFeatures, DescribeData, SaveModel, LoadModel,
                             SaveCheckpoint, LoadCheckpoint, FindLearningRate, Bench, ListBenches,
                             DescribeModel, CheckModel, Subscribe, ListControls>;

}  // namespace convlab
