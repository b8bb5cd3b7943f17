#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/shape.h"
#include "data/dataset.h"
#include "data/formats/cifar.h"
#include "data/formats/format.h"

namespace convlab {

/// One part of a data set.
struct CatalogSplit {
  int64_t count = 0;   ///< images in the published files, other numbers are accepted; 0: unknown
  std::string images;  ///< IDX: file names without ".gz"
  std::string labels;
};

/// A published file of a data set.
struct CatalogDownload {
  std::string url;
  std::string file;               ///< name in the folder of the data set
  std::optional<uint64_t> bytes;  ///< size, if known
  std::string sha256;             ///< 64 hexadecimal digits, or empty where it is not known
};

/// Description of a data set from assets/catalog.json, available without its files.
struct CatalogEntry {
  std::string name;         ///< name in commands and folders: "fashion-mnist"
  std::string title;        ///< display name: "Fashion-MNIST"
  std::string description;  ///< one line
  std::string source;
  std::string licence;
  std::string get;  ///< how to get the files
  Shape image;      ///< (height, width, channels)
  std::vector<std::string> class_names;
  CatalogSplit train;
  CatalogSplit test;
  std::string format;                      ///< name of a DataFormat (formats/format.h)
  std::vector<std::string> archives;       ///< names of the published archives
  std::string folder;                      ///< the folder that they unpack to
  std::vector<std::string> class_folders;  ///< image folders: in the order of the class names
  std::string files_of;                    ///< the data set whose files it shares; empty: its own
  CifarLabels cifar_labels = CifarLabels::single;
  std::vector<CatalogDownload> downloads;  ///< may be empty
};

/// Returns all known data sets in display order.
std::span<const CatalogEntry> catalog();
/// Returns the entry of a data set; nullptr for an unknown name.
const CatalogEntry* known_entry(std::string_view name);
/// Returns the options with which the files of a data set are parsed.
FormatOptions format_options(const CatalogEntry& entry);
/// Returns the entry of a data set. Throws Error for an unknown name, listing the known ones, with
/// the one that was probably meant: of these or of the files and folders in the working directory.
const CatalogEntry& find_entry(std::string_view name);

/// The environment variables with the locations of data sets; empty if not set.
struct DataEnvironment {
  std::string convlab_data;    ///< CONVLAB_DATA
  std::string xdg_cache_home;  ///< XDG_CACHE_HOME
  std::string home;            ///< HOME
};
DataEnvironment process_environment();

/// Whether `name` is the path of a user's own data set: it contains a "/", or is no known name but
/// an existing file or folder.
bool is_data_path(std::string_view name);

/// Returns the folder of data set `name` in the user's cache: $XDG_CACHE_HOME/convlab/name or
/// ~/.cache/convlab/name; empty if neither variable is set.
std::filesystem::path cache_folder(std::string_view name, const DataEnvironment& environment);

/// Returns the folders to search for data set `name`, in order: data_dir/name and data_dir if it is
/// given; otherwise the same of $CONVLAB_DATA, then the user's cache folder and the system folders.
/// Leaves out data_dir itself if it has the name of another data set, whose files may be named
/// alike.
std::vector<std::filesystem::path> search_paths(std::string_view name,
                                                const std::filesystem::path& data_dir,
                                                const DataEnvironment& environment);

/// The files, the archive or the folder from which load_dataset would read; empty if there are
/// none.
std::vector<std::filesystem::path> find_dataset_files(
    std::string_view name, const std::filesystem::path& data_dir,
    const DataEnvironment& environment = process_environment());

/// Opens data set `name` from the first of its search_paths that holds its files or its archive, or
/// the user's own: `name` is then the path of a folder or an archive in any format of
/// formats/format.h. Throws Error for an unknown name; for missing files, with the names and
/// folders searched and how to get the files; for damaged files; and for image shapes or counts
/// that do not match the catalog or each other.
DatasetSplits load_dataset(std::string_view name, const std::filesystem::path& data_dir = {},
                           const DataEnvironment& environment = process_environment());

}  // namespace convlab
