#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/file_names.h"
#include "engine/protocol.h"

namespace convlab {

/// The options of commands that predict the classes of images.
struct PredictArguments {
  std::vector<std::string> images;
  std::string backend;
  int threads = 0;
  int64_t top_k = 1;
  std::string json;
};

/// Adds the options; the help texts of the images and of --top-k are given.
void add_predict_arguments(CLI::App& command, PredictArguments& arguments,
                           const std::string& images, const std::string& top_k);

/// What commands that predict the classes of images do differently.
struct Predictor {
  NamedFile model;  ///< the option and the file that --json must not overwrite
  /// Returns a file for LoadModel. Throws Error if it cannot.
  std::function<std::vector<uint8_t>()> read_model;
  /// Returns the request for an image file. Throws Error if it cannot be read.
  std::function<Predict(const std::string& image)> request;
  /// Returns the JSON object for --json.
  std::function<nlohmann::ordered_json(const std::string& image, const Prediction&)> event;
};

/// Predicts all images and prints a line for each, also after one that cannot be predicted. Returns
/// the exit status.
int predict_images(const PredictArguments& arguments, const Predictor& predictor);

/// Returns the classes of a prediction, the one with the largest score first.
std::vector<size_t> by_score(const Prediction& prediction);

}  // namespace convlab
