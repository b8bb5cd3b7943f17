#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/options.h"
#include "io/safetensors.h"
#include "nn/network.h"

namespace convlab {

/// How a model was trained.
struct TrainingInfo {
  std::string model;  ///< its name in the zoo
  std::string data;   ///< data set
  std::vector<std::string> class_names;
  Options options;  ///< whatever else is worth keeping: optimizer, learning_rate, epochs, …

  bool operator==(const TrainingInfo&) const = default;
};

/// A trained model in a safetensors file: F32 tensors called as Network::parameters are, and in
/// __metadata__
///   "convlab.architecture": the graph as in graph_json.h,
///   "convlab.training": {"model": "mnist-cnn", "data": "mnist", "class_names": ["0", …],
///   "options": {…}}.
struct ModelFile {
  std::string source;          ///< its name, for messages
  std::vector<uint8_t> bytes;  ///< of the whole file; the tensors' data lies in it
  std::vector<SafeTensor> tensors;
  Graph graph;
  TrainingInfo training;
};

/// The file for a network as it is now. Throws Error where a weight is no finite number.
std::vector<uint8_t> model_bytes(const Network& network, const TrainingInfo& training);

/// A checkpoint (checkpoint_file.h) is a model, too. Throws Error, naming `source`, for what is no
/// safetensors file (see parse_safetensors), lacks an architecture, or whose tensors are not those
/// of its architecture.
ModelFile parse_model(std::vector<uint8_t> bytes, const std::string& source);

/// Gives a network the weights of a file. Throws Error, and changes nothing, unless names and
/// shapes of all tensors are those of the network's parameters.
void load_weights(Network& network, const ModelFile& file);

}  // namespace convlab
