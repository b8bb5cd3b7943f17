#include "data/nested_archives.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/counted.h"
#include "core/error.h"
#include "data/formats/archive.h"
#include "data/inflated_file.h"

namespace convlab {

namespace fs = std::filesystem;

namespace {

constexpr size_t max_archives = 16;

struct Ending {
  std::string_view text;
  bool is_gzip;
};
constexpr std::array endings{Ending{".tar.gz", true}, Ending{".tgz", true}, Ending{".tar", false},
                             Ending{".zip", false}};

const Ending* ending_of(std::string_view path) {
  for (const Ending& ending : endings) {
    if (path.ends_with(ending.text) && hidden_part(std::string(path)).empty()) return &ending;
  }
  return nullptr;
}

/// The bytes of a file that lies uncompressed in an archive.
class ArchivedSource : public ByteSource {
 public:
  ArchivedSource(const std::string& name, std::shared_ptr<const ByteSource> archive,
                 uint64_t offset, uint64_t size)
      : ByteSource(name, size), archive_(std::move(archive)), offset_(offset) {
    if (offset > archive_->size() || size > archive_->size() - offset)
      fail("[archive] {}: reaches beyond the end of the archive", name);
  }

 private:
  void read_within(uint64_t offset, std::span<uint8_t> out) const override {
    archive_->read(offset_ + offset, out);
  }

  std::shared_ptr<const ByteSource> archive_;
  uint64_t offset_;
};

/// Files of several sets, each in a folder of its own.
class JoinedFiles : public FileSet {
 public:
  struct Part {
    std::string folder;
    std::shared_ptr<const FileSet> files;
  };

  JoinedFiles(const std::string& name, std::vector<Part> parts)
      : FileSet(name, name + ": "), parts_(std::move(parts)) {
    std::vector<FileEntry> entries;
    std::vector<Place> places;
    for (size_t part = 0; part < parts_.size(); ++part) {
      const std::span<const FileEntry> files = parts_[part].files->files();
      const std::string& hidden = parts_[part].files->left_out();
      if (!hidden.empty()) leave_out(parts_[part].folder + "/" + hidden);
      for (size_t i = 0; i < files.size(); ++i) {
        entries.push_back({parts_[part].folder + "/" + files[i].path, files[i].size});
        places.push_back({part, i});
      }
    }
    for (const size_t index : set_files(std::move(entries))) places_.push_back(places[index]);
  }

  std::vector<uint8_t> read(size_t index, uint64_t max) const override {
    const Place& place = places_[index];
    return parts_[place.part].files->read(place.index, max);
  }

 private:
  struct Place {
    size_t part;
    size_t index;
  };

  std::vector<Part> parts_;
  std::vector<Place> places_;
};

/// Opens what lies in one archive.
class Opener {
 public:
  Opener(const fs::path& file, const fs::path& cache)
      : file_(file),
        cache_(cache),
        archive_(index_archive(file, cache)),
        limit_(*open_file(file)) {}

  std::shared_ptr<const FileSet> open() {
    std::vector<JoinedFiles::Part> parts;
    for (const ArchiveFile& inner : archive_.files) {
      const Ending* ending = ending_of(inner.path);
      if (ending == nullptr) continue;
      if (parts.size() == max_archives) {
        fail("[archive] {}: more than {} in it; unpack it and give the folder", file_.string(),
             counted(max_archives, "archive"));
      }
      parts.push_back({inner.path.substr(0, inner.path.size() - ending->text.size()),
                       open_archive(source_of(inner, ending->is_gzip))});
    }
    if (parts.empty()) return nullptr;
    return std::make_shared<JoinedFiles>(file_.string(), std::move(parts));
  }

 private:
  std::shared_ptr<const ByteSource> source_of(const ArchiveFile& inner, bool is_gzip) {
    const std::string name = file_.string() + ": " + inner.path;
    if (!is_gzip && inner.compression == Compression::none) {
      return std::make_shared<ArchivedSource>(name, archive_.source, data_offset(archive_, inner),
                                              inner.size);
    }
    const fs::path made = cached_file(file_, inner.path, cache_, [&](const ByteSink& sink) {
      InflateLimit limit = limit_;
      const ByteSink counting = [&](std::span<const uint8_t> bytes) {
        limit.add(bytes.size());
        sink(bytes);
      };
      if (is_gzip) {
        inflate_archived(inner, name, counting);
      } else {
        stream_archived(archive_, inner, counting);
      }
    });
    auto source = open_file(made);
    limit_.add(source->size());
    return source;
  }

  void inflate_archived(const ArchiveFile& inner, const std::string& name, const ByteSink& sink) {
    Inflater inflater(Inflater::Form::gzip, sink);
    stream_archived(archive_, inner, [&](std::span<const uint8_t> bytes) {
      if (!inflater.write(bytes)) fail("[gzip] {} is damaged: {}", name, inflater.problem());
    });
    if (!inflater.ended()) fail("[gzip] {} is truncated: it ends within the compressed data", name);
  }

  fs::path file_;
  fs::path cache_;
  Archive archive_;
  InflateLimit limit_;
};

}  // namespace

std::shared_ptr<const FileSet> open_nested_archives(const fs::path& file, const fs::path& cache) {
  return Opener(file, cache).open();
}

}  // namespace convlab
