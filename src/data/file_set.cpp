#include "data/file_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "core/utf8.h"
#include "data/file.h"
#include "data/formats/archive.h"
#include "data/formats/byte_stream.h"
#include "data/inflated_file.h"

namespace convlab {

namespace fs = std::filesystem;

std::optional<size_t> FileSet::find(std::string_view path) const {
  const auto found = std::lower_bound(
      files_.begin(), files_.end(), path,
      [](const FileEntry& file, std::string_view wanted) { return file.path < wanted; });
  if (found == files_.end() || found->path != path) return std::nullopt;
  return static_cast<size_t>(found - files_.begin());
}

std::vector<size_t> FileSet::set_files(std::vector<FileEntry> files) {
  std::vector<size_t> order(files.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return files[a].path < files[b].path; });
  files_.clear();
  files_.reserve(files.size());
  for (const size_t index : order) files_.push_back(std::move(files[index]));
  return order;
}

void FileSet::leave_out(const std::string& path) {
  ++hidden_;
  const size_t listed = 3;
  if (hidden_ <= listed) left_out_ += (hidden_ == 1 ? "" : ", ") + escaped_utf8(path);
  if (hidden_ == listed + 1) left_out_ += ", …";
}

bool is_hidden(std::string_view name) { return name.starts_with('.') || name == "__MACOSX"; }

std::string hidden_part(const std::string& path) {
  for (size_t start = 0; start < path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (is_hidden(std::string_view(path).substr(start, end - start))) return path.substr(0, end);
    start = end + 1;
  }
  return {};
}

namespace {

constexpr int max_depth = 12;

class Folder : public FileSet {
 public:
  explicit Folder(const fs::path& folder)
      : FileSet(folder.string(), (folder / "").string()), folder_(folder) {
    std::vector<FileEntry> files;
    std::error_code error;
    constexpr auto options = fs::directory_options::skip_permission_denied |
                             fs::directory_options::follow_directory_symlink;
    fs::recursive_directory_iterator at(folder, options, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      const std::string path = at->path().lexically_relative(folder).generic_string();
      std::error_code ignored;
      if (is_hidden(at->path().filename().string())) {
        leave_out(path);
        at.disable_recursion_pending();
      } else if (at.depth() >= max_depth) {
        at.disable_recursion_pending();  // links may lead back
      } else if (at->is_regular_file(ignored)) {
        files.push_back({path, at->file_size(ignored)});
        if (files.size() > Archive::max_files) {
          fail("[files] {}: more than {}", folder.string(), counted(Archive::max_files, "file"));
        }
      }
    }
    if (error) fail("[files] {}: {}", folder.string(), error.message());
    set_files(std::move(files));
  }
  Folder(const fs::path& folder, const std::vector<std::string>& names)
      : FileSet(folder.string(), (folder / "").string()), folder_(folder) {
    std::vector<FileEntry> files;
    for (const std::string& name : names) files.push_back({name, open_file(folder / name)->size()});
    set_files(std::move(files));
  }

  std::vector<uint8_t> read(size_t index, uint64_t max) const override {
    return read_file(folder_ / files()[index].path, max);
  }

 private:
  fs::path folder_;
};

class ArchiveFiles : public FileSet {
 public:
  ArchiveFiles(const std::string& name, Archive archive)
      : FileSet(name, name + ": "), archive_(std::move(archive)) {
    std::vector<FileEntry> files;
    std::vector<size_t> visible;
    std::string last_hidden;
    for (size_t i = 0; i < archive_.files.size(); ++i) {
      const ArchiveFile& file = archive_.files[i];
      const std::string hidden = hidden_part(file.path);
      if (hidden.empty()) {
        files.push_back({file.path, file.size});
        visible.push_back(i);
      } else if (hidden != last_hidden) {
        leave_out(last_hidden = hidden);
      }
    }
    for (const size_t index : set_files(std::move(files))) order_.push_back(visible[index]);
  }

  bool reads_on_any_thread() const override { return archive_.source->reads_on_any_thread(); }
  std::vector<uint8_t> read(size_t index, uint64_t max) const override {
    return read_archived(archive_, archive_.files[order_[index]], max);
  }

 private:
  Archive archive_;
  std::vector<size_t> order_;  // index in archive_ of each file
};

constexpr std::string_view gzip_magic = "\x1F\x8B";
constexpr std::string_view zip_magic = "PK";
constexpr std::string_view tar_magic = "ustar";
constexpr size_t tar_magic_at = 257;

bool holds(std::span<const uint8_t> bytes, size_t at, std::string_view text) {
  return bytes.size() >= at + text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char c, uint8_t byte) { return static_cast<uint8_t>(c) == byte; });
}

std::vector<uint8_t> start_of(const ByteSource& source) {
  return source.read(0, std::min<uint64_t>(source.size(), 512));
}

bool holds_tar(const ByteSource& gzip) {
  return holds(inflated_start(gzip, 512), tar_magic_at, tar_magic);
}

/// Indexes a .zip or .tar archive.
Archive index_by_start(const std::shared_ptr<const ByteSource>& source) {
  const std::vector<uint8_t> start = start_of(*source);
  if (holds(start, 0, zip_magic)) return index_zip(source);
  if (holds(start, tar_magic_at, tar_magic)) return index_tar(source);
  fail("[files] {} is no archive: it begins with {}; expected .zip, .tar, .tar.gz or .tgz",
       source->name(), hex(start, 8));
}

}  // namespace

std::shared_ptr<const FileSet> open_folder(const fs::path& folder) {
  return std::make_shared<Folder>(folder);
}

std::shared_ptr<const FileSet> open_listed(const fs::path& folder,
                                           const std::vector<std::string>& names) {
  return std::make_shared<Folder>(folder, names);
}

std::shared_ptr<const FileSet> open_archive(const std::shared_ptr<const ByteSource>& source) {
  return std::make_shared<ArchiveFiles>(source->name(), index_by_start(source));
}

Archive index_archive(const fs::path& file, const fs::path& cache) {
  const std::shared_ptr<const ByteSource> source = open_file(file);
  if (!holds(start_of(*source), 0, gzip_magic)) return index_by_start(source);
  if (!holds_tar(*source))
    fail("[files] {} is compressed, but holds no .tar archive", file.string());
  return index_tar(open_file(inflated_file(file, cache)));
}

std::shared_ptr<const FileSet> open_archive(const fs::path& file, const fs::path& cache) {
  return std::make_shared<ArchiveFiles>(file.string(), index_archive(file, cache));
}

bool is_archive(const ByteSource& source) {
  const std::vector<uint8_t> start = start_of(source);
  if (holds(start, 0, gzip_magic)) return holds_tar(source);
  return holds(start, 0, zip_magic) || holds(start, tar_magic_at, tar_magic);
}

}  // namespace convlab
