#include "data/own_data.h"

#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "core/utf8.h"
#include "data/catalog.h"
#include "data/formats/format.h"

namespace convlab {

namespace {

void check_name(const std::string& name) {
  if (name.empty()) fail("[data] a data set without a name");
  if (name.size() > OwnData::max_name_bytes) {
    fail("[data] the name of a data set has {}; expected at most {}", counted(name.size(), "byte"),
         OwnData::max_name_bytes);
  }
  if (name != escaped_utf8(name) || name.find('/') != std::string::npos)
    fail("[data] {} cannot be the name of a data set", escaped_utf8(name));
}

std::shared_ptr<const FileSet> open_given(const std::string& name, std::vector<SourceFile> files) {
  if (files.size() == 1 && is_archive(*files[0].source)) return open_archive(files[0].source);
  return open_sources(name, std::move(files));
}

}  // namespace

const DatasetSplits& OwnData::add(const std::string& name, std::vector<SourceFile> files) {
  check_name(name);
  const CatalogEntry* entry = known_entry(name);
  const auto opened = open_given(name, std::move(files));
  DatasetSplits splits =
      open_files(opened, entry != nullptr ? format_options(*entry) : FormatOptions{.name = name});
  return sets_.insert_or_assign(name, std::move(splits)).first->second;
}

const DatasetSplits& OwnData::add_opened(const std::string& name, DatasetSplits splits) {
  check_own_name(name);
  if (splits.train->size() == 0) fail("[data] {} has nothing to train on", name);
  return sets_.insert_or_assign(name, std::move(splits)).first->second;
}

void OwnData::remove(const std::string& name) {
  if (sets_.erase(name) == 0) fail("[data] there is no data set {}", escaped_utf8(name));
}

void check_own_name(const std::string& name) {
  check_name(name);
  if (known_entry(name) != nullptr)
    fail("[data] {} is the name of a known data set; expected another one", name);
}

const DatasetSplits* OwnData::find(const std::string& name) const {
  const auto found = sets_.find(name);
  return found == sets_.end() ? nullptr : &found->second;
}

}  // namespace convlab
