#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/shape.h"
#include "engine/bench_options.h"
#include "engine/controls.h"
#include "engine/fields.h"
#include "explain/results.h"

/// What the engine answers to requests (requests.h).
namespace convlab {

/// The request was carried out.
struct Done {
  static constexpr std::string_view name = "done";
};
template <class Fields, MaybeConst<Done> S>
void visit(Fields&, S&) {}

/// There is a new run.
struct Configured {
  static constexpr std::string_view name = "configured";
  /// Its data set, which the front end may now append to; empty: none, or features that this engine
  /// computes.
  std::string data;
};
template <class Fields, MaybeConst<Configured> S>
void visit(Fields& fields, S& result) {
  fields("data", result.data);
}

/// Metrics on the test images, as in train/classification_metrics.h.
struct Evaluation {
  static constexpr std::string_view name = "evaluation";
  int64_t images = 0;
  int64_t unreadable = 0;  ///< images that could not be read and were left out
  double loss = 0;
  double accuracy = 0;
  int64_t top_k = 0;
  double top_k_accuracy = 0;
  double seconds = 0;
  std::vector<std::string> class_names;
  std::vector<double> precision;   ///< [classes]
  std::vector<double> recall;      ///< [classes]
  std::vector<double> f1;          ///< [classes]
  std::vector<int32_t> support;    ///< [classes]: number of images
  std::vector<int32_t> confusion;  ///< [true class, predicted class]: number of images
  double macro_precision = 0;      ///< mean over the classes that have images
  double macro_recall = 0;
  double macro_f1 = 0;
};
template <class Fields, MaybeConst<Evaluation> S>
void visit(Fields& fields, S& result) {
  fields("images", result.images);
  fields("unreadable", result.unreadable);
  fields("loss", result.loss);
  fields("accuracy", result.accuracy);
  fields("top_k", result.top_k);
  fields("top_k_accuracy", result.top_k_accuracy);
  fields("seconds", result.seconds);
  fields("class_names", result.class_names);
  fields("precision", result.precision);
  fields("recall", result.recall);
  fields("f1", result.f1);
  fields("support", result.support);
  fields("confusion", result.confusion);
  fields("macro_precision", result.macro_precision);
  fields("macro_recall", result.macro_recall);
  fields("macro_f1", result.macro_f1);
}

/// What the network predicts for an image.
struct Prediction {
  static constexpr std::string_view name = "prediction";
  std::vector<std::string> class_names;
  std::vector<float> scores;       ///< [classes]; of Loss::predict
  bool are_probabilities = false;  ///< otherwise the scores are outputs of any size
  int32_t best = 0;                ///< the class with the largest score
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::vector<uint8_t> pixels;  ///< [height, width, channels]: what the network saw
};
template <class Fields, MaybeConst<Prediction> S>
void visit(Fields& fields, S& result) {
  fields("class_names", result.class_names);
  fields("scores", result.scores);
  fields("are_probabilities", result.are_probabilities);
  fields("best", result.best);
  fields("height", result.height);
  fields("width", result.width);
  fields("channels", result.channels);
  fields("pixels", result.pixels);
}

/// What a layer computes for an image, before any following activation.
struct LayerOutput {
  static constexpr std::string_view name = "layer_output";
  std::string layer;
  Shape shape;                ///< (height, width, channels) or (units)
  std::vector<float> values;  ///< in row-major order
};
template <class Fields, MaybeConst<LayerOutput> S>
void visit(Fields& fields, S& result) {
  fields("layer", result.layer);
  fields("shape", result.shape);
  fields("values", result.values);
}

/// A map that explains what the network predicts for an image.
struct ExplainedImage {
  static constexpr std::string_view name = "explanation";
  std::string method;
  Explanation explanation;
  std::string class_name;  ///< of the class that is explained
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::vector<uint8_t> pixels;  ///< [height, width, channels]: what the network saw
};
template <class Fields, MaybeConst<ExplainedImage> S>
void visit(Fields& fields, S& result) {
  fields("method", result.method);
  fields("class_index", result.explanation.explained.index);
  fields("class_name", result.class_name);
  fields("score", result.explanation.explained.score);
  fields("probability", result.explanation.explained.probability);
  fields("is_probability", result.explanation.explained.is_probability);
  fields("layer", result.explanation.layer);
  fields("map_height", result.explanation.map.height);
  fields("map_width", result.explanation.map.width);
  fields("values", result.explanation.map.values);
  fields("height", result.height);
  fields("width", result.width);
  fields("channels", result.channels);
  fields("pixels", result.pixels);
}

/// The weights of a layer as images.
struct FilterImages {
  static constexpr std::string_view name = "filters";
  LayerFilters filters;
};
template <class Fields, MaybeConst<FilterImages> S>
void visit(Fields& fields, S& result) {
  fields("layer", result.filters.layer);
  fields("count", result.filters.count);
  fields("height", result.filters.height);
  fields("width", result.filters.width);
  fields("channels", result.filters.channels);
  fields("weights", result.filters.weights);
}

/// The arithmetic of one number of a convolution's output.
struct PixelSum {
  static constexpr std::string_view name = "pixel_arithmetic";
  PixelArithmetic arithmetic;
};
template <class Fields, MaybeConst<PixelSum> S>
void visit(Fields& fields, S& result) {
  fields("layer", result.arithmetic.layer);
  fields("row", result.arithmetic.row);
  fields("column", result.arithmetic.column);
  fields("channel", result.arithmetic.channel);
  fields("height", result.arithmetic.height);
  fields("width", result.arithmetic.width);
  fields("channels", result.arithmetic.channels);
  fields("first_channel", result.arithmetic.first_channel);
  fields("top", result.arithmetic.top);
  fields("left", result.arithmetic.left);
  fields("pad_top", result.arithmetic.pad_top);
  fields("pad_left", result.arithmetic.pad_left);
  fields("row_step", result.arithmetic.row_step);
  fields("column_step", result.arithmetic.column_step);
  fields("patch", result.arithmetic.patch);
  fields("kernel", result.arithmetic.kernel);
  fields("products", result.arithmetic.products);
  fields("bias", result.arithmetic.bias);
  fields("sum", result.arithmetic.sum);
  fields("output", result.arithmetic.output);
}

/// Features of images as a file (features/feature_file.h).
struct ComputedFeatures {
  static constexpr std::string_view name = "computed_features";
  std::string file_name;  ///< a suggestion: "photos-squeezenet1.1.safetensors"
  std::vector<uint8_t> bytes;
  std::string backbone;  ///< name of the weights
  std::string pool;
  int64_t train = 0;  ///< number of training images
  int64_t test = 0;   ///< number of test images
  double seconds = 0;
};
template <class Fields, MaybeConst<ComputedFeatures> S>
void visit(Fields& fields, S& result) {
  fields("file_name", result.file_name);
  fields("bytes", result.bytes);
  fields("backbone", result.backbone);
  fields("pool", result.pool);
  fields("train", result.train);
  fields("test", result.test);
  fields("seconds", result.seconds);
}

/// What a data set holds.
struct DataDescription {
  static constexpr std::string_view name = "data_description";
  std::string data;
  int64_t train = 0;  ///< number of training images
  int64_t test = 0;   ///< number of test images
  Shape image;        ///< (height, width, channels); of features, or the size that is suggested
  std::vector<std::string> class_names;
  std::vector<std::string> models;  ///< names of those of the zoo that accept it
};
template <class Fields, MaybeConst<DataDescription> S>
void visit(Fields& fields, S& result) {
  fields("data", result.data);
  fields("train", result.train);
  fields("test", result.test);
  fields("image", result.image);
  fields("class_names", result.class_names);
  fields("models", result.models);
}

/// The contents of a file to save.
struct SavedFile {
  static constexpr std::string_view name = "saved_file";
  std::string file_name;  ///< a suggestion: "mnist-cnn.safetensors"
  std::vector<uint8_t> bytes;
};
template <class Fields, MaybeConst<SavedFile> S>
void visit(Fields& fields, S& result) {
  fields("file_name", result.file_name);
  fields("bytes", result.bytes);
}

/// Losses over learning rates, as in train/range_test.h.
struct LearningRates {
  static constexpr std::string_view name = "learning_rates";
  double suggestion = std::numeric_limits<double>::quiet_NaN();  ///< NaN: none
  std::vector<double> rates;
  std::vector<double> losses;
  std::vector<double> smoothed;
};
template <class Fields, MaybeConst<LearningRates> S>
void visit(Fields& fields, S& result) {
  fields("suggestion", result.suggestion);
  fields("rates", result.rates);
  fields("losses", result.losses);
  fields("smoothed", result.smoothed);
}

struct BenchSuite {
  static constexpr std::string_view name = "bench_suite";
  std::vector<BenchOptions> runs;
};
template <class Fields, MaybeConst<BenchSuite> S>
void visit(Fields& fields, S& result) {
  fields("runs", result.runs);
}

/// One layer of a ModelDescription. Sizes and FLOPs are those of one image.
struct LayerDescription {
  std::string name;
  std::string kind;
  std::vector<std::string> inputs;  ///< names of layers, or "input"
  Shape output;
  bool frozen = false;
  double learning_rate_factor = 1;
  int64_t parameters = 0;
  int64_t flops = 0;
  bool has_memory = true;  ///< false: the output is computed in place, or is a view of the input
};
template <class Fields, MaybeConst<LayerDescription> S>
void visit(Fields& fields, S& layer) {
  fields("name", layer.name);
  fields("kind", layer.kind);
  fields("inputs", layer.inputs);
  fields("output", layer.output);
  fields("frozen", layer.frozen);
  fields("learning_rate_factor", layer.learning_rate_factor);
  fields("parameters", layer.parameters);
  fields("flops", layer.flops);
  fields("has_memory", layer.has_memory);
}

/// What Keras' model.summary() shows, and the memory of a pass over a batch.
struct ModelDescription {
  static constexpr std::string_view name = "model_description";
  std::string model;
  Shape input;  ///< (height, width, channels)
  std::vector<LayerDescription> layers;
  int64_t parameters = 0;
  int64_t trainable_parameters = 0;
  int64_t flops = 0;           ///< of a forward pass over one image
  int64_t training_flops = 0;  ///< of a training step, for one image
  int64_t batch = 0;
  uint64_t train_bytes = 0;  ///< to train on a batch, besides weights and gradients
  uint64_t eval_bytes = 0;   ///< to evaluate a batch, besides weights
};
template <class Fields, MaybeConst<ModelDescription> S>
void visit(Fields& fields, S& result) {
  fields("model", result.model);
  fields("input", result.input);
  fields("layers", result.layers);
  fields("parameters", result.parameters);
  fields("trainable_parameters", result.trainable_parameters);
  fields("flops", result.flops);
  fields("training_flops", result.training_flops);
  fields("batch", result.batch);
  fields("train_bytes", result.train_bytes);
  fields("eval_bytes", result.eval_bytes);
}

/// One problem of a ModelCheck (nn/graph_document.h).
struct ModelProblem {
  int64_t layer = -1;             ///< index of the layer; -1: of the document as a whole
  std::vector<std::string> path;  ///< the place in it, by the names of the document: ["kind"]
  std::string option;             ///< the option that is wrong; empty if it is none
  std::string where;              ///< the layer in words; empty without a layer
  std::string message;            ///< what is wrong and what was expected
  int64_t line = 0;               ///< place in the text, from 1
  int64_t column = 0;             ///< in characters, from 1
};
template <class Fields, MaybeConst<ModelProblem> S>
void visit(Fields& fields, S& problem) {
  fields("layer", problem.layer);
  fields("path", problem.path);
  fields("option", problem.option);
  fields("where", problem.where);
  fields("message", problem.message);
  fields("line", problem.line);
  fields("column", problem.column);
}

/// One layer of a ModelCheck.
struct CheckedShape {
  std::string name;  ///< of the layer, generated if it has none; empty: not known
  Shape output;      ///< (): not known
};
template <class Fields, MaybeConst<CheckedShape> S>
void visit(Fields& fields, S& layer) {
  fields("name", layer.name);
  fields("output", layer.output);
}

/// What is wrong with a document, and what is known of its layers.
struct ModelCheck {
  static constexpr std::string_view name = "model_check";
  std::vector<ModelProblem> problems;  ///< none: the network can be built
  std::vector<CheckedShape> layers;
};
template <class Fields, MaybeConst<ModelCheck> S>
void visit(Fields& fields, S& result) {
  fields("problems", result.problems);
  fields("layers", result.layers);
}

using Result =
    std::variant<Done, Configured, Evaluation, Prediction, LayerOutput, ExplainedImage,
                 FilterImages, PixelSum, ComputedFeatures, DataDescription, SavedFile,
                 LearningRates, BenchResult, BenchSuite, ModelDescription, ModelCheck, Controls>;

enum class ErrorKind : uint8_t {
  invalid,    ///< the request was refused and had no effect
  cancelled,  ///< by Cancel, or because the run that it belonged to has ended
  failed,     ///< it could not be completed
};

/// The answer to the request with the same id.
struct Reply {
  uint64_t id = 0;    ///< 0: of a request that was sent without an id; only errors are reported
  std::string error;  ///< message for the user; empty if the request was successful
  ErrorKind kind = ErrorKind::invalid;  ///< if there is an error
  Result result;                        ///< if there is none
};

}  // namespace convlab
