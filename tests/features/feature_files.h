#pragma once

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/float16.h"
#include "core/random.h"
#include "features/feature_info.h"

/// Small files of features.
namespace convlab {

inline FeatureInfo small_feature_info(int64_t train = 6, int64_t validation = 3) {
  return {.backbone = "small",
          .weights = std::string(64, 'a'),
          .preprocessing = "RGB 0 to 1",
          .pool = "avg",
          .backend = "host",
          .winograd = "auto",
          .data = "photos",
          .data_key = std::string(64, 'b'),
          .shape = {1, 1, 4},
          .class_names = {"cat", "dog", "ü"},
          .train = train,
          .validation = validation};
}

/// Features of one image: the first number is that of its row, the class another.
inline std::vector<uint16_t> feature_row(const FeatureInfo& info, int64_t row) {
  Random random(3, static_cast<uint64_t>(row));
  std::vector<uint16_t> features;
  for (int64_t i = 0; i < info.shape.elements(); ++i)
    features.push_back(float16_of(static_cast<float>(random.below(64)) / 64));
  features[0] = float16_of(static_cast<float>(row));
  features[static_cast<size_t>(1 + row % 3)] = float16_of(4);
  return features;
}

/// Labels that go through the classes: those of the rows from `first` on.
inline std::vector<int32_t> feature_labels(int64_t first, int64_t count) {
  std::vector<int32_t> labels;
  for (int64_t i = first; i < first + count; ++i) labels.push_back(static_cast<int32_t>(i % 3));
  return labels;
}

/// The bytes of a file; with `labels` instead of feature_labels for the training images.
inline std::vector<uint8_t> feature_file_bytes(const FeatureInfo& info,
                                               const std::vector<int32_t>& labels = {}) {
  std::vector<uint8_t> bytes =
      safetensors_start(feature_tensors(info), {{features_metadata, feature_info_text(info)}});
  const auto add = [&bytes](const auto& values) {
    const auto* first = reinterpret_cast<const uint8_t*>(values.data());
    bytes.insert(bytes.end(), first, first + values.size() * sizeof(values[0]));
  };
  for (int64_t row = 0; row < info.rows(); ++row) add(feature_row(info, row));
  add(labels.empty() ? feature_labels(0, info.train_rows()) : labels);
  add(feature_labels(info.train_rows(), info.validation));
  return bytes;
}

/// A folder for files that is removed at the end.
class FeatureFolder {
 public:
  explicit FeatureFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("convlab-features-" + name + "-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  FeatureFolder(const FeatureFolder&) = delete;
  FeatureFolder& operator=(const FeatureFolder&) = delete;
  ~FeatureFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline std::vector<uint8_t> file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace convlab
