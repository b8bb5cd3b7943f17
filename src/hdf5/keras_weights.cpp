#include "hdf5/keras_weights.h"

#include <cstddef>
#include <span>

#include "core/error.h"
#include "core/utf8.h"
#include "io/safetensors.h"

namespace convlab {

namespace {

constexpr uint64_t max_bytes = uint64_t{4} << 30;

/// Returns what follows the last slash, and takes both from `path`.
std::string_view take_last(std::string_view& path) {
  const size_t slash = path.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  return last;
}

/// Returns the name of a variable without TensorFlow's number of its output, and as Keras 2 and 3
/// call what Keras 1 called LAYER_W_1 and LAYER_b_1.
std::string_view variable_name(std::string_view name, std::string_view layer) {
  name = name.substr(0, name.find(':'));
  if (!name.starts_with(layer)) return name;
  const std::string_view rest = name.substr(layer.size());
  if (rest == "_W" || rest == "_W_1") return "kernel";
  if (rest == "_b" || rest == "_b_1") return "bias";
  return name;
}

std::string group_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "/" : path.substr(0, slash);
}

bool is_of_optimizer(const Hdf5Floats& dataset) {
  return dataset.path.starts_with("optimizer/") || dataset.path.starts_with("optimizer_weights/");
}

}  // namespace

std::string keras_tensor_name(std::string_view path, std::string_view layer) {
  const std::string_view last = take_last(path);
  std::string_view group = take_last(path);
  if (group == "vars") {
    group = take_last(path);
    return std::string(layer.empty() ? group : layer).append("/vars/").append(last);
  }
  return std::string(group).append("/").append(variable_name(last, group));
}

std::vector<uint8_t> convert_keras_weights(const Hdf5File& file) {
  std::vector<Hdf5Floats> datasets = file.floats();
  std::erase_if(datasets, is_of_optimizer);
  if (datasets.empty()) fail("{} holds no weights", file.name());
  std::vector<NewTensor> tensors;
  uint64_t bytes = 0;
  for (const Hdf5Floats& dataset : datasets) {
    bytes += static_cast<uint64_t>(dataset.shape.elements()) * sizeof(float);
    if (bytes > max_bytes) fail("{} holds more than {} bytes of weights", file.name(), max_bytes);
    const std::string layer = file.attribute(group_of(dataset.path), "name");
    tensors.push_back({escaped_utf8(keras_tensor_name(dataset.path, layer)), "F32", dataset.shape});
  }
  std::vector<uint8_t> out = safetensors_start(tensors, {});
  size_t offset = out.size();  // a multiple of eight
  out.resize(offset + bytes);
  for (const Hdf5Floats& dataset : datasets) {
    const auto count = static_cast<size_t>(dataset.shape.elements());
    file.read(dataset, {reinterpret_cast<float*>(out.data() + offset), count});
    offset += count * sizeof(float);
  }
  return out;
}

}  // namespace convlab
