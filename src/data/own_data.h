#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/source_files.h"

namespace convlab {

/// Data sets that the user has given as files, by name. A name of the catalog means that the files
/// are those of that data set.
class OwnData {
 public:
  static constexpr size_t max_name_bytes = 200;

  /// Opens files in any format of formats/format.h: several, or one archive (.zip or .tar).
  /// Replaces the data set of that name, if there is one and these files can be opened. Throws
  /// Error for what is no data set, damaged files, those that do not match the catalog, and a name
  /// that is empty, has more than max_name_bytes, or contains a "/".
  const DatasetSplits& add(const std::string& name, std::vector<SourceFile> files);
  /// Takes a data set that is open already, in place of that of this name. Throws Error like
  /// check_own_name, and for a data set with nothing to train on.
  const DatasetSplits& add_opened(const std::string& name, DatasetSplits splits);
  /// Forgets a data set; runs that use it keep it open. Throws Error if there is none.
  void remove(const std::string& name);
  /// Returns a data set; nullptr if there is none.
  const DatasetSplits* find(const std::string& name) const;

 private:
  std::map<std::string, DatasetSplits, std::less<>> sets_;
};

/// Throws Error for a name that add_opened does not take: one that is invalid, or in the catalog.
void check_own_name(const std::string& name);

}  // namespace convlab
