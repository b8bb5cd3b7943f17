#include "data/source_files.h"

#include <algorithm>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "data/formats/archive.h"

namespace convlab {

namespace {

class SourceFiles : public FileSet {
 public:
  SourceFiles(const std::string& name, std::vector<SourceFile> given) : FileSet(name, name + "/") {
    std::vector<FileEntry> entries;
    std::vector<std::shared_ptr<const ByteSource>> sources;
    std::string last_hidden;
    for (SourceFile& file : given) {
      std::string path = checked_path(file.path, name);
      const std::string hidden = hidden_part(path);
      if (hidden.empty()) {
        entries.push_back({std::move(path), file.source->size()});
        any_thread_ = any_thread_ && file.source->reads_on_any_thread();
        sources.push_back(std::move(file.source));
      } else if (hidden != last_hidden) {
        leave_out(last_hidden = hidden);
      }
    }
    for (const size_t index : set_files(std::move(entries)))
      sources_.push_back(std::move(sources[index]));
    const auto twice =
        std::adjacent_find(files().begin(), files().end(),
                           [](const FileEntry& a, const FileEntry& b) { return a.path == b.path; });
    if (twice != files().end()) fail("[files] {}: two files are {}", name, twice->path);
  }

  bool reads_on_any_thread() const override { return any_thread_; }
  std::vector<uint8_t> read(size_t index, uint64_t max) const override {
    const uint64_t size = sources_[index]->size();
    if (size > max)
      fail("[file] {} has {}; expected at most {}", title(index), counted(size, "byte"), max);
    return sources_[index]->read(0, size);
  }

 private:
  std::vector<std::shared_ptr<const ByteSource>> sources_;
  bool any_thread_ = true;
};

}  // namespace

std::shared_ptr<const FileSet> open_sources(const std::string& name,
                                            std::vector<SourceFile> files) {
  if (files.size() > Archive::max_files) {
    fail("[files] {}: {}; expected at most {}", name, counted(files.size(), "file"),
         Archive::max_files);
  }
  return std::make_shared<SourceFiles>(name, std::move(files));
}

}  // namespace convlab
