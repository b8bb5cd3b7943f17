#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "nn/graph.h"

namespace convlab {

/// Adds --model to a command that builds a network: the name of a model of the zoo, or a file with
/// the extension .json that describes a network (io/graph_json.h).
CLI::Option* add_model(CLI::App& command, std::string& model);

/// Image shape and number of classes for which a model of the zoo is built.
struct ModelSize {
  std::string input;    ///< "32x32x3"; empty: the model's default
  int64_t classes = 0;  ///< 0: the model's default
};
void add_model_size(CLI::App& command, ModelSize& size);

/// Builds the network for the shape `image` and `classes` classes; both are ignored for a .json
/// file, which defines them itself. Throws Error for an unknown name, a size that the model does
/// not support, and a file with errors.
Graph open_model(const std::string& model, const Shape& image, int64_t classes);

/// The same with the options --input and --classes. Also throws Error if these are given for a
/// .json file.
Graph open_model(const std::string& model, const ModelSize& size);

/// Returns the bytes of a file with a trained model or a checkpoint. Throws Error if it cannot be
/// read or its first bytes are not those of such a file, before reading the rest.
std::vector<uint8_t> read_model_file(const std::string& path);

}  // namespace convlab
