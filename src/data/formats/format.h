#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "data/file_set.h"
#include "data/formats/cifar.h"

/// Formats of data sets. A new one is a file that defines a DataFormat and a line in the table of
/// format.cpp.
namespace convlab {

/// What is known of a data set before its files are read.
struct FormatOptions {
  std::string name;
  std::optional<Shape> image;            ///< (height, width, channels); none: as the files have it
  std::vector<std::string> class_names;  ///< empty: as the files have it
  std::vector<std::string> class_folders;  ///< image folders: those of the classes, in their order
  CifarLabels cifar_labels = CifarLabels::single;
  double test_fraction = 0.2;  ///< set aside for testing where the files do not say which are
  uint64_t seed = 0;           ///< chooses these
};

/// How the files of a data set are found and read.
struct DataFormat {
  std::string_view name;
  std::string_view expects;  ///< what it looks for, for messages
  bool (*recognizes)(const FileSet& files);
  /// Throws Error for damaged files and those that do not match each other or the options.
  DatasetSplits (*open)(const std::shared_ptr<const FileSet>& files, const FormatOptions& options);
};

extern const DataFormat idx_format;
extern const DataFormat cifar_format;
extern const DataFormat image_folder_format;

std::span<const DataFormat* const> data_formats();
/// Throws Error for an unknown name.
const DataFormat& find_format(std::string_view name);
/// Whether some format recognizes the files.
bool is_recognized(const FileSet& files);
/// Opens files in the first format that recognizes them. Throws Error if none does, saying what
/// each expects.
DatasetSplits open_files(const std::shared_ptr<const FileSet>& files, const FormatOptions& options);

/// Which part of a data set a file belongs to by its name: train-images, t10k-labels,
/// letters-test-images.
enum class SplitPart : uint8_t { unknown, train, test };
SplitPart part_of(std::string_view name);

/// The last name of a path, and the folder before it ("" if none).
std::string_view file_name_of(std::string_view path);
std::string_view folder_of(std::string_view path);

/// Orders "class 2" before "class 10": digits count as numbers.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace convlab
