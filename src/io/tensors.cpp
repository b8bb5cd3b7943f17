#include "io/tensors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>

#include "core/error.h"
#include "core/quoted.h"
#include "io/graph_json.h"
#include "io/json_text.h"

namespace convlab {

namespace {

static_assert(std::endian::native == std::endian::little,
              "tensors are written to files in the byte order of the memory");

std::string training_json(const TrainingInfo& training) {
  return dump_json({{"model", training.model},
                    {"data", training.data},
                    {"class_names", training.class_names},
                    {"options", options_json(training.options)}});
}

}  // namespace

std::map<std::string, std::string> model_metadata(const Graph& graph,
                                                  const TrainingInfo& training) {
  return {{architecture_key, graph_json(graph)}, {training_key, training_json(training)}};
}

void add_tensor(SafeTensors& file, std::vector<std::unique_ptr<ReadBack>>& reads, Backend& backend,
                const std::string& name, const Tensor& tensor) {
  reads.push_back(backend.read_back(tensor));
  const std::span<const float> values = reads.back()->values();
  file.tensors.push_back({name,
                          "F32",
                          tensor.shape,
                          {reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()}});
}

void add_parameters(SafeTensors& file, std::vector<std::unique_ptr<ReadBack>>& reads,
                    const Network& network) {
  for (const Parameter& parameter : network.parameters()) {
    add_tensor(file, reads, network.backend(), parameter.name, parameter.value);
    const std::span<const float> values = reads.back()->values();
    if (std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); }))
      continue;
    fail(
        "[model] not written: {} holds values that are not finite. The training diverged; start "
        "again with a smaller learning rate",
        parameter.name);
  }
}

std::vector<const SafeTensor*> match_tensors(std::span<const NamedShape> wanted,
                                             std::span<const SafeTensor> tensors,
                                             const std::string& where) {
  std::map<std::string_view, const SafeTensor*> by_name;
  for (const SafeTensor& tensor : tensors) by_name.emplace(tensor.name, &tensor);
  std::vector<const SafeTensor*> matched;
  for (const NamedShape& parameter : wanted) {
    const auto found = by_name.find(parameter.name);
    if (found == by_name.end())
      fail("{} lacks the tensor {} {}", where, in_quotes(parameter.name), parameter.shape);
    const SafeTensor& tensor = *found->second;
    if (tensor.shape != parameter.shape || tensor.dtype != "F32") {
      fail("{}: tensor {} is {} {}; expected F32 {}", where, in_quotes(parameter.name),
           tensor.dtype, tensor.shape, parameter.shape);
    }
    matched.push_back(&tensor);
    by_name.erase(found);
  }
  if (!by_name.empty()) {
    fail("{} has a tensor {}, which is not part of the architecture", where,
         in_quotes(by_name.begin()->first));
  }
  return matched;
}

}  // namespace convlab
