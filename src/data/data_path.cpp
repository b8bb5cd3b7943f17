#include "data/data_path.h"

#include <algorithm>
#include <utility>

#include "core/did_you_mean.h"
#include "core/error.h"
#include "core/utf8.h"
#include "data/formats/format.h"
#include "data/formats/idx.h"
#include "data/inflated_file.h"
#include "data/nested_archives.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

constexpr size_t max_listed = 10'000;

std::vector<std::string> names_in(const fs::path& folder, bool files_only) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator at(folder.empty() ? "." : folder, error);
  for (; !error && at != fs::directory_iterator() && names.size() < max_listed;
       at.increment(error)) {
    std::error_code ignored;
    if (!files_only || at->is_regular_file(ignored))
      names.push_back(at->path().filename().string());
  }
  return names;
}

/// Whether a file begins as IDX images or labels do, plain or compressed.
bool begins_as_idx(const ByteSource& source) {
  constexpr size_t count = 4;
  const auto is_magic = [](const std::vector<uint8_t>& start) {
    return start == std::vector<uint8_t>{0, 0, 8, 1} || start == std::vector<uint8_t>{0, 0, 8, 3};
  };
  return is_magic(source.read(0, std::min<uint64_t>(source.size(), count))) ||
         is_magic(inflated_start(source, count));
}

std::vector<std::string> partners_of(const fs::path& path) {
  return idx_partners(path.filename().string(), names_in(path.parent_path(), /*files_only=*/true));
}

std::shared_ptr<const FileSet> open_idx(const fs::path& path) {
  const fs::path folder = path.parent_path();
  const std::vector<std::string> names = partners_of(path);
  if (names.empty()) {
    fail(
        "[idx] {}: its name does not say what it is; expected names as MNIST's files have, such as "
        "train-images-idx3-ubyte and train-labels-idx1-ubyte",
        path.string());
  }
  return open_listed(folder.empty() ? "." : folder, names);
}

}  // namespace

std::vector<fs::path> files_at(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored) || !begins_as_idx(*open_file(path))) return {path};
  std::vector<fs::path> files;
  for (const std::string& name : partners_of(path)) files.push_back(path.parent_path() / name);
  return files.empty() ? std::vector{path} : files;
}

std::string similar_name(const std::string& name, const fs::path& folder,
                         std::vector<std::string> known) {
  for (std::string& other : names_in(folder, /*files_only=*/false)) {
    if (!is_hidden(other)) known.push_back(std::move(other));
  }
  return did_you_mean(name, known);
}

std::shared_ptr<const FileSet> open_path(const fs::path& path, const fs::path& cache) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return open_folder(path);
  if (!fs::is_regular_file(path, ignored)) {
    const fs::path name = (path / "").parent_path();
    fail("[data] {}: no such file or folder{}", escaped_utf8(path.string()),
         similar_name(name.filename().string(), name.parent_path()));
  }
  if (begins_as_idx(*open_file(path))) return open_idx(path);
  auto files = open_archive(path, cache);
  if (is_recognized(*files)) return files;
  auto nested = open_nested_archives(path, cache);
  return nested != nullptr ? nested : files;
}

}  // namespace convlab
