#pragma once

#include <fmt/format.h>
#include <array>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "core/options.h"
#include "core/random.h"
#include "io/safetensors.h"
#include "io/write_file.h"

namespace convlab {

/// Collects tensors and texts and writes them to one safetensors file for the Python side.
class Dump {
 public:
  void text(const std::string& key, const std::string& value) { file_.metadata[key] = value; }

  /// Stores each option as JSON under the key "PREFIX.name".
  void options(const std::string& prefix, const Options& options) {
    for (const auto& [name, value] : options)
      text(fmt::format("{}.{}", prefix, name), json_of(value));
  }

  void floats(const std::string& name, Backend& backend, const Tensor& tensor) {
    const std::unique_ptr<ReadBack> read = backend.read_back(tensor);
    const std::span<const float> values = read->values();
    bytes(name, "F32", tensor.shape, values.data(), values.size_bytes());
  }

  void doubles(const std::string& name, const std::vector<double>& values) {
    bytes(name, "F64", {static_cast<int64_t>(values.size())}, values.data(),
          values.size() * sizeof(double));
  }

  void bytes(const std::string& name, std::string_view dtype, const Shape& shape, const void* data,
             size_t size) {
    const auto* first = static_cast<const uint8_t*>(data);
    data_.emplace_back(first, first + size);
    file_.tensors.push_back({name, dtype, shape, data_.back()});
  }

  void write(const std::filesystem::path& path) const {
    write_file(path, safetensors_bytes(file_));
  }

 private:
  static std::string json_of(const OptionValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return '"' + *text + '"';
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* count = std::get_if<int64_t>(&value)) return std::to_string(*count);
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "%.17g", std::get<double>(value));
    std::string text = digits.data();
    // Python must read it as a float, too.
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
  }

  SafeTensors file_;
  std::deque<std::vector<uint8_t>> data_;
};

/// Returns `count` numbers in [-scale, scale) that depend only on `stream`.
inline std::vector<float> random_floats(int64_t count, uint64_t stream, float scale) {
  Random random(1, stream);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = scale * (2 * to_unit_float(random.next()) - 1);
  return values;
}

/// Returns the names of a table's entries, separated by spaces.
template <class Table, class Member>
std::string names(const Table& table, Member member) {
  std::string all;
  for (const auto& entry : table) all.append(all.empty() ? "" : " ").append(entry.*member);
  return all;
}

/// Each function is defined in its own file and writes its cases to `folder`. The registered names
/// of each kind go into the manifest.
void dump_layers(const std::filesystem::path& folder, Dump& manifest);
void dump_layer_training(const std::filesystem::path& folder);
void dump_backbone(const std::filesystem::path& folder);
void dump_explanations(const std::filesystem::path& folder);
void dump_losses(const std::filesystem::path& folder, Dump& manifest);
void dump_updates(const std::filesystem::path& folder, Dump& manifest);
void dump_metrics(const std::filesystem::path& folder, Dump& manifest);
void dump_schedules(const std::filesystem::path& folder, Dump& manifest);

/// Reads names of image files from standard input, one on a line, and writes the pixels that a
/// pretrained network reads to standard output, [224, 224, 3] bytes each. Throws Error for an
/// unknown network and for an image that cannot be read.
void dump_pixels(const std::string& network);

}  // namespace convlab
