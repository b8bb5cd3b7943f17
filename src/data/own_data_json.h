#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"

/// The JSON with which a page gives the user's files to the engine, and that with which the engine
/// says what it found in them.
namespace convlab {

/// A file whose bytes the page reads.
struct ListedFile {
  std::string path;
  uint64_t size = 0;
  int32_t source = 0;  ///< number by which the page knows it
};

struct ListedFiles {
  static constexpr size_t max_json_bytes = size_t{1} << 28U;
  static constexpr size_t max_files = 500'000;

  std::string name;  ///< of the data set
  std::vector<ListedFile> files;
};

/// Parses {"name", "files": [{"path", "size", "source"}]}. Throws Error for other JSON and for
/// what exceeds the limits.
ListedFiles parse_listed_files(std::string_view json);

/// Returns {"name", "train", "test": numbers of images, "classes": their number, "class_names": at
/// most 100, "height", "width", "channels", "has_common_size", "notes", "models": names of those
/// that accept it}.
std::string describe_data(const std::string& name, const DatasetSplits& splits,
                          const std::vector<std::string>& models);

}  // namespace convlab
