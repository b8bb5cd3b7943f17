#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_source.h"
#include "core/utf8.h"
#include "data/formats/archive.h"

namespace convlab {

/// A file of a FileSet.
struct FileEntry {
  std::string path;  ///< relative, of names separated by "/"
  uint64_t size = 0;
};

/// Files that belong together and are read one by one: those of a folder or of an archive. Hidden
/// files, such as those in .ipynb_checkpoints or __MACOSX, are left out.
class FileSet {
 public:
  virtual ~FileSet() = default;
  FileSet(const FileSet&) = delete;
  FileSet& operator=(const FileSet&) = delete;

  /// The folder or archive, for messages.
  const std::string& name() const { return name_; }
  /// All files, ordered by path.
  std::span<const FileEntry> files() const { return files_; }
  /// Returns the index of the file with this path.
  std::optional<size_t> find(std::string_view path) const;
  /// "FOLDER/PATH", or "ARCHIVE: PATH".
  std::string title(size_t index) const { return escaped_utf8(prefix_ + files_[index].path); }
  /// What was left out, for the user: "2 hidden files or folders (.ipynb_checkpoints)". Empty if
  /// nothing was.
  const std::string& left_out() const { return left_out_; }

  /// Whether any thread can `read`; otherwise only the one that opened the files.
  virtual bool reads_on_any_thread() const { return true; }
  /// Returns the bytes of a file. Throws Error if it cannot be read, or has more than `max`; this
  /// is checked before memory is allocated.
  virtual std::vector<uint8_t> read(size_t index, uint64_t max) const = 0;

 protected:
  FileSet(std::string name, std::string prefix)
      : name_(std::move(name)), prefix_(std::move(prefix)) {}
  /// Sets the files and sorts them; returns the old index of each.
  std::vector<size_t> set_files(std::vector<FileEntry> files);
  /// Counts `path` as left out.
  void leave_out(const std::string& path);

 private:
  std::string name_;
  std::string prefix_;
  std::vector<FileEntry> files_;
  size_t hidden_ = 0;
  std::string left_out_;
};

/// Whether a name is hidden: it begins with a dot, or is __MACOSX, which macOS adds to archives.
bool is_hidden(std::string_view name);

/// The first name in `path` that is hidden, with what is before it; empty if none is.
std::string hidden_part(const std::string& path);

/// Opens a folder with all folders in it. Throws Error if it cannot be read, or has more than
/// Archive::max_files files.
std::shared_ptr<const FileSet> open_folder(const std::filesystem::path& folder);

/// Opens only these files of a folder. Throws Error if one is missing.
std::shared_ptr<const FileSet> open_listed(const std::filesystem::path& folder,
                                           const std::vector<std::string>& names);

/// Opens a .zip, .tar, .tar.gz or .tgz file, whatever its name. A compressed .tar is inflated into
/// the folder `cache` unless it is there already. Throws Error, like index_tar and index_zip, for
/// what is no archive or a damaged one.
std::shared_ptr<const FileSet> open_archive(const std::filesystem::path& file,
                                            const std::filesystem::path& cache);

/// Indexes the same archive without opening it as files.
Archive index_archive(const std::filesystem::path& file, const std::filesystem::path& cache);

/// Opens a .zip or .tar archive, whatever its name, wherever its bytes are. Throws Error like
/// open_archive of a file, and for a compressed .tar.
std::shared_ptr<const FileSet> open_archive(const std::shared_ptr<const ByteSource>& source);
/// Whether a file begins like an archive, compressed or not, whatever its name.
bool is_archive(const ByteSource& source);

}  // namespace convlab
