#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/model_file.h"
#include "io/safetensors.h"
#include "nn/network.h"

namespace convlab {

/// A tensor of floats on a device and its name in a file.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// The state of the run that wrote a checkpoint, apart from its tensors: numbers and names as JSON,
/// and arrays in one block of bytes.
struct CheckpointRun {
  std::string json;
  std::vector<uint8_t> block;
};

/// A training that can be resumed: a model file (model_file.h) with additional tensors and with
/// "convlab.run" in __metadata__. Names of the additional tensors start with "state/", so that
/// readers of the model alone can skip them.
struct CheckpointFile {
  std::string source;          ///< file name for messages
  std::vector<uint8_t> bytes;  ///< the whole file; the tensors point into it
  std::vector<SafeTensor> tensors;
  std::string architecture;  ///< as graph_json writes it
  CheckpointRun run;
  TrainingInfo training;
  MoveOnly move_only = {};  ///< the tensors of a copy would point into the bytes of the other
};

/// Returns the file contents for a network, `more` tensors on its backend and its run. Throws Error
/// if a weight is not finite.
std::vector<uint8_t> checkpoint_bytes(const Network& network, const TrainingInfo& training,
                                      std::span<const NamedTensor> more, const CheckpointRun& run);

/// Throws Error, with `source`, if `bytes` is not a safetensors file (see parse_safetensors) or not
/// a checkpoint.
CheckpointFile parse_checkpoint(std::vector<uint8_t> bytes, const std::string& source);

/// Restores the network's parameters and `more` tensors. Throws Error, with the file and what was
/// expected, and changes nothing, unless the file has the network's architecture and exactly these
/// tensors with these shapes.
void load_checkpoint(Network& network, std::span<const NamedTensor> more,
                     const CheckpointFile& file);

}  // namespace convlab
