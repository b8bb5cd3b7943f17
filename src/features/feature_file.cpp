#include "features/feature_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "core/counted.h"
#include "core/error.h"
#include "core/format.h"
#include "core/quoted.h"
#include "core/utf8.h"
#include "data/feature_dataset.h"
#include "io/safetensors.h"

namespace convlab {

namespace {

/// Returns the tensors of the file in the order of `wanted`.
std::vector<const SafeTensorEntry*> find_tensors(const SafeTensorsHeader& header,
                                                 std::span<const NewTensor> wanted,
                                                 const std::string& where) {
  std::vector<const SafeTensorEntry*> found;
  std::vector<std::string> problems;
  for (const NewTensor& tensor : wanted) {
    const auto entry =
        std::find_if(header.tensors.begin(), header.tensors.end(),
                     [&](const SafeTensorEntry& each) { return each.name == tensor.name; });
    if (entry == header.tensors.end()) {
      problems.push_back(in_quotes(tensor.name) + " is missing");
    } else if (entry->dtype != tensor.dtype || entry->shape != tensor.shape) {
      problems.push_back(fmt::format("{} is {} {}, expected {} {}", in_quotes(tensor.name),
                                     entry->dtype, entry->shape, tensor.dtype, tensor.shape));
    } else {
      found.push_back(&*entry);
    }
  }
  if (!problems.empty()) {
    fail("{}: {} not as its metadata say: {}", where,
         problems.size() == 1 ? "a tensor is" : counted(problems.size(), "tensor") + " are",
         fmt::join(problems, "; "));
  }
  return found;
}

std::vector<int32_t> read_labels(const ByteSource& source, const SafeTensorEntry& tensor) {
  std::vector<int32_t> labels(static_cast<size_t>(tensor.shape.elements()));
  source.read(tensor.offset,
              {reinterpret_cast<uint8_t*>(labels.data()), labels.size() * sizeof(int32_t)});
  return labels;
}

std::string note_unreadable(const Dataset& data, int64_t rows, const char* part) {
  return fmt::format("{} of {} {} images could not be read when their features were computed",
                     with_commas(static_cast<double>(rows - data.size())),
                     with_commas(static_cast<double>(rows)), part);
}

/// Whether the images of a data set of the catalog, or of a part of one, are ImageNet's.
bool is_of_imagenet(const std::string& data) {
  return data.starts_with("imagenette") || data.starts_with("imagewoof") ||
         data.starts_with("imagewang");
}

FeatureInfo read_info(const std::map<std::string, std::string>& metadata,
                      const std::string& where) {
  const auto text = metadata.find(features_metadata);
  if (text == metadata.end()) {
    fail("{} holds no features: its metadata lack {}; expected a file that convlab features wrote",
         where, features_metadata);
  }
  FeatureInfo info = parse_feature_info(text->second, fmt::format("{}: {}", where, text->first));
  if (info.rows() > max_feature_rows)
    fail("{}: {} rows; expected at most {}", where, info.rows(), max_feature_rows);
  return info;
}

}  // namespace

FeatureFile parse_feature_file(const std::shared_ptr<const ByteSource>& source) {
  const std::string where = "[features] " + source->name();
  const SafeTensorsHeader header = read_safetensors_header(*source);
  FeatureFile file{.info = read_info(header.metadata, where), .data = {}};
  const FeatureInfo& info = file.info;
  const std::vector<const SafeTensorEntry*> tensors =
      find_tensors(header, feature_tensors(info), where);
  const auto open = [&](const SafeTensorEntry& features, const SafeTensorEntry& labels) {
    return std::make_shared<const FeatureDataset>(
        std::filesystem::path(source->name()).filename().string(), info.shape, info.class_names,
        FeatureDataset::Rows{.source = source,
                             .offset = features.offset,
                             .features = info.features(),
                             .images = escaped_utf8(info.data),
                             .key = feature_info_text(info)},
        read_labels(*source, labels));
  };
  file.data.train = open(*tensors[0], *tensors[2]);
  file.data.test = open(*tensors[1], *tensors[3]);
  if (file.data.train->size() < info.train_rows())
    file.data.notes.push_back(note_unreadable(*file.data.train, info.train_rows(), "training"));
  if (file.data.test->size() < info.validation)
    file.data.notes.push_back(note_unreadable(*file.data.test, info.validation, "validation"));
  if (is_of_imagenet(info.data)) {
    file.data.notes.push_back(fmt::format(
        "most validation images of {} were in the training set of ImageNet, on which {} was "
        "trained: the accuracy is better than on new images",
        escaped_utf8(info.data), escaped_utf8(info.backbone)));
  }
  return file;
}

FeatureInfo parse_begun_features(std::span<const uint8_t> start, const std::string& source) {
  check_safetensors_start(start, start.size(), source);
  return read_info(read_safetensors_metadata(start, source), "[features] " + source);
}

}  // namespace convlab
