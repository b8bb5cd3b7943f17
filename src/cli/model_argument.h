#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/protocol.h"
#include "nn/graph.h"

namespace convlab {

/// Adds --model to a command that builds a network: the name of a model of the zoo, or a file with
/// the extension .json that describes a network (io/graph_json.h).
CLI::Option* add_model(CLI::App& command, std::string& model);

/// Adds --model to a command that uses a trained model: a file for read_model_file.
CLI::Option* add_model_file(CLI::App& command, std::string& model);

/// Image shape and number of classes for which a model of the zoo is built.
struct ModelSize {
  std::string input;    ///< "32x32x3"; empty: the model's default
  int64_t classes = 0;  ///< 0: the model's default
};
void add_model_size(CLI::App& command, ModelSize& size);

/// Adds --model to a command that takes models of add_model and trained ones.
CLI::Option* add_any_model(CLI::App& command, std::string& model);

/// Whether --model is a trained model, for read_model_file.
bool is_model_file(const std::string& model);

/// Sets the model of a run to what --model gave: a name of the zoo, or a .json file, whose text
/// becomes RunOptions::architecture and whose name without folder and extension the model's name.
/// Throws Error for an unknown name, a file with errors, and a network that does not fit the data
/// set, as far as it is known before its files are read.
void set_model(RunOptions& run, const std::string& model);

/// Builds a network with the options --input and --classes. Throws Error for an unknown name, a
/// size that the model does not support, a file with errors, and if these options are given for a
/// .json or model file, which defines both itself.
Graph open_model(const std::string& model, const ModelSize& size);

/// Returns the bytes of a file with a trained model or a checkpoint. Throws Error if it cannot be
/// read or its first bytes are not those of such a file, before reading the rest.
std::vector<uint8_t> read_model_file(const std::string& path);

}  // namespace convlab
