#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/model_file.h"
#include "io/safetensors.h"
#include "nn/network.h"

namespace convlab {

/// A tensor of floats on a device, and what it is called in a file.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// What a checkpoint knows of the run that wrote it, beside its tensors: numbers and names as JSON,
/// and arrays in one block of bytes.
struct CheckpointRun {
  std::string json;
  std::vector<uint8_t> block;
};

/// A training that can go on where it was: a model file (model_file.h) with more tensors, and in
/// __metadata__ "convlab.run". Names of the further tensors begin with "state/", so that whoever
/// wants the model alone can leave them out.
struct CheckpointFile {
  std::string source;          ///< its name, for messages
  std::vector<uint8_t> bytes;  ///< of the whole file; the tensors' data lies in it
  std::vector<SafeTensor> tensors;
  std::string architecture;  ///< as graph_json writes it
  CheckpointRun run;
};

/// The file for a network, `more` tensors on its backend and its run. Throws Error where a weight
/// is no finite number.
std::vector<uint8_t> checkpoint_bytes(const Network& network, const TrainingInfo& training,
                                      std::span<const NamedTensor> more, const CheckpointRun& run);

/// Throws Error, naming `source`, for what is no safetensors file (see parse_safetensors) or no
/// checkpoint.
CheckpointFile parse_checkpoint(std::vector<uint8_t> bytes, const std::string& source);

/// Fills the network's parameters and `more` tensors. Throws Error, naming the file and what was
/// expected, and changes nothing, unless the file is of the network's architecture and has just
/// these tensors in these shapes.
void load_checkpoint(Network& network, std::span<const NamedTensor> more,
                     const CheckpointFile& file);

}  // namespace convlab
