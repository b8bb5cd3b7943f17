#include "io/checkpoint_file.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/quoted.h"
#include "io/graph_json.h"
#include "io/json_text.h"
#include "io/tensors.h"

namespace convlab {

namespace {

constexpr const char* block_name = "state/run";

}  // namespace

std::vector<uint8_t> checkpoint_bytes(const Network& network, const TrainingInfo& training,
                                      std::span<const NamedTensor> more, const CheckpointRun& run) {
  SafeTensors file;
  file.metadata = model_metadata(network.graph(), training);
  file.metadata[run_key] = run.json;
  std::vector<std::unique_ptr<ReadBack>> reads;  // own the data that the tensors point to
  add_parameters(file, reads, network);
  for (const auto& [name, tensor] : more) add_tensor(file, reads, network.backend(), name, tensor);
  file.tensors.push_back({block_name, "U8", {static_cast<int64_t>(run.block.size())}, run.block});
  return safetensors_bytes(file);
}

CheckpointFile parse_checkpoint(std::vector<uint8_t> bytes, const std::string& source) {
  SafeTensors parsed = parse_safetensors(bytes, source);
  const std::string where = "[checkpoint] " + source;
  for (const char* key : {architecture_key, run_key}) {
    if (parsed.metadata.contains(key)) continue;
    fail("{} has no {} in its metadata; expected a file written by train --checkpoint", where,
         in_quotes(key));
  }
  const auto block =
      std::find_if(parsed.tensors.begin(), parsed.tensors.end(),
                   [](const SafeTensor& tensor) { return tensor.name == block_name; });
  if (block == parsed.tensors.end() || block->dtype != "U8" || block->shape.rank() != 1)
    fail("{} lacks the tensor {}; expected a one-dimensional tensor of dtype U8", where,
         in_quotes(block_name));
  CheckpointRun run{parsed.metadata[run_key], {block->data.begin(), block->data.end()}};
  parsed.tensors.erase(block);
  TrainingInfo training = training_info(parsed, where);
  // Moving `bytes` does not move their memory, so the tensors' data remains valid.
  return {source,
          std::move(bytes),
          std::move(parsed.tensors),
          parsed.metadata[architecture_key],
          std::move(run),
          std::move(training)};
}

void load_checkpoint(Network& network, std::span<const NamedTensor> more,
                     const CheckpointFile& file) {
  const std::string where = "[checkpoint] " + file.source;
  // Parsed, because an older version wrote fewer options.
  const Graph graph = parse_graph_json(file.architecture, where + ": the architecture");
  if (graph_json(graph) != graph_json(network.graph()))
    fail("{} has another architecture than the network; expected the same layers", where);
  std::vector<NamedShape> wanted;
  std::vector<Tensor> places;
  for (const Parameter& parameter : network.parameters()) {
    wanted.push_back({parameter.name, parameter.value.shape});
    places.push_back(parameter.value);
  }
  for (const auto& [name, tensor] : more) {
    wanted.push_back({name, tensor.shape});
    places.push_back(tensor);
  }
  const std::vector<const SafeTensor*> tensors = match_tensors(wanted, file.tensors, where);
  for (size_t i = 0; i < tensors.size(); ++i)
    network.backend().upload(tensors[i]->data.data(), places[i]);
  network.values_changed();
}

}  // namespace convlab
