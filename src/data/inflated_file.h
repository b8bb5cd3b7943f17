#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "data/inflater.h"

namespace convlab {

/// Returns the first `count` bytes that a gzip file inflates to, or fewer if it is damaged or
/// short.
std::vector<uint8_t> inflated_start(const ByteSource& source, size_t count);

/// Stops what would inflate to far more than a data set can: an archive may inflate to 200 times
/// its size, or 64 MiB if that is more, and at most to 64 GiB.
class InflateLimit {
 public:
  explicit InflateLimit(const ByteSource& archive);

  /// Counts inflated bytes. Throws Error, with the name of the archive, if there are too many.
  void add(uint64_t bytes);

 private:
  std::string name_;
  uint64_t max_;
  uint64_t count_ = 0;
};

/// Returns the file in the folder `cache` that was made from `part` of a file (empty: the whole
/// file); if it is not there, `write` makes it. It is found again by name, size and time of the
/// last change of the file. Others that were made from the same part of an older version are
/// deleted. Throws Error if it cannot be written, and what `write` throws; then nothing is left
/// behind.
std::filesystem::path cached_file(const std::filesystem::path& file, const std::string& part,
                                  const std::filesystem::path& cache,
                                  const std::function<void(const ByteSink&)>& write);

/// Inflates a gzip file into a file of the folder `cache`, unless it is there already, and returns
/// that file's path. Throws Error like cached_file, if the file is damaged, or inflates to more
/// than InflateLimit allows.
std::filesystem::path inflated_file(const std::filesystem::path& file,
                                    const std::filesystem::path& cache);

}  // namespace convlab
