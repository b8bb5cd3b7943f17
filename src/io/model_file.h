#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.h"
#include "io/safetensors.h"
#include "nn/network.h"

namespace convlab {

/// How a model was trained.
struct TrainingInfo {
  std::string model;  ///< name in the model zoo
  std::string data;   ///< name of the data set
  std::vector<std::string> class_names;
  Options options;  ///< other settings to keep: optimizer, learning_rate, epochs, …

  bool operator==(const TrainingInfo&) const = default;
};

/// A member of structures that must not be copied.
struct MoveOnly {
  MoveOnly() = default;
  MoveOnly(MoveOnly&&) = default;
  MoveOnly& operator=(MoveOnly&&) = default;
};

/// A trained model in a safetensors file: F32 tensors named as in Network::parameters, and in
/// __metadata__
///   "convlab.architecture": the graph as in graph_json.h, with its input normalization if that is
///   not the default (scale 1/255, offset 0), which a file without one means,
///   "convlab.training": {"model": "mnist-cnn", "data": "mnist", "class_names": ["0", …],
///   "options": {…}}.
struct ModelFile {
  std::string source;          ///< file name for messages
  std::vector<uint8_t> bytes;  ///< the whole file; the tensors point into it
  std::vector<SafeTensor> tensors;
  Graph graph;
  TrainingInfo training;
  MoveOnly move_only = {};  ///< the tensors of a copy would point into the bytes of the other
};

/// Returns the file contents for the current state of a network. Throws Error if a weight is not
/// finite.
std::vector<uint8_t> model_bytes(const Network& network, const TrainingInfo& training);

/// Parses a model file or a checkpoint (checkpoint_file.h), which is a model file, too. Throws
/// Error, with `source`, if `bytes` is not a safetensors file (see parse_safetensors), has no
/// architecture, or has tensors that do not match its architecture.
ModelFile parse_model(std::vector<uint8_t> bytes, const std::string& source);

/// Returns a text among the options; empty if there is none. Throws Error, starting with `where`,
/// if it is no text or has more than 1,000 bytes.
std::string text_option(const TrainingInfo& training, std::string_view name,
                        const std::string& where);

/// Returns the name of the data set on which the model in a file was trained; empty if the file
/// does not say. Throws Error, with `source`, for what is no safetensors file.
std::string trained_data(std::span<const uint8_t> bytes, const std::string& source);

/// Loads the weights of a file into a network. Throws Error and changes nothing unless names and
/// shapes of all tensors match the network's parameters.
void load_weights(Network& network, const ModelFile& file);

}  // namespace convlab
