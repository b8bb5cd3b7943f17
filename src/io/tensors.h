#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "io/model_file.h"
#include "io/safetensors.h"

/// Common parts of model files and checkpoints.
namespace convlab {

inline constexpr const char* architecture_key = "convlab.architecture";
inline constexpr const char* training_key = "convlab.training";
inline constexpr const char* run_key = "convlab.run";
/// Name prefix of the tensors that a checkpoint has in addition to those of the model.
inline constexpr const char* state_prefix = "state/";

/// The __metadata__ of a model file.
std::map<std::string, std::string> model_metadata(const Graph& graph, const TrainingInfo& training);

/// Returns how the model of a file was trained, as its metadata say; empty if they do not. Throws
/// Error that starts with `where`.
TrainingInfo training_info(const SafeTensors& file, const std::string& where);

/// Adds a tensor of floats from the device; its data is valid as long as `reads`.
void add_tensor(SafeTensors& file, std::vector<std::unique_ptr<ReadBack>>& reads, Backend& backend,
                const std::string& name, const Tensor& tensor);

/// Adds all parameters of a network. Throws Error if a value is not finite, so that a diverged
/// training does not overwrite a good model.
void add_parameters(SafeTensors& file, std::vector<std::unique_ptr<ReadBack>>& reads,
                    const Network& network);

struct NamedShape {
  std::string name;
  Shape shape;
};

/// Returns the tensors in the order of `wanted`. Throws Error, starting with `where`, unless
/// `tensors` are exactly those, all F32.
std::vector<const SafeTensor*> match_tensors(std::span<const NamedShape> wanted,
                                             std::span<const SafeTensor> tensors,
                                             const std::string& where);

}  // namespace convlab
