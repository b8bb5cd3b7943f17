#include "net/receive_ranges.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/error.h"
#include "core/monotonic_seconds.h"
#include "net/http_source.h"

namespace convlab {

namespace {

/// Returns the ranges with those that follow each other joined: one request for each.
std::vector<ByteRange> joined(std::span<const ByteRange> ranges) {
  std::vector<ByteRange> result;
  for (const ByteRange& range : ranges) {
    if (!result.empty() && result.back().end() == range.offset) {
      result.back().bytes += range.bytes;
    } else {
      result.push_back(range);
    }
  }
  return result;
}

/// Appends what `part` lacks of the chosen bytes. Returns false if it was stopped.
bool append_rest(const Download& download, const HttpSource& source, const FileParts& parts,
                 uint64_t total, PartFile& part) {
  const double start = monotonic_seconds();
  uint64_t received = 0;
  const auto take = [&](std::span<const uint8_t> bytes) {
    part.append(bytes);
    received += bytes.size();
    if (download.progress)
      download.progress({part.size(), total, received, monotonic_seconds() - start});
  };
  if (part.size() < parts.start.size())
    part.append(std::span(parts.start).subspan(static_cast<size_t>(part.size())));
  uint64_t begin = parts.start.size();  // of a range in the part file
  for (const ByteRange& range : joined(parts.ranges)) {
    const uint64_t here = std::min(part.size() - begin, range.bytes);
    if (!source.receive({range.offset + here, range.bytes - here}, take)) return false;
    begin += range.bytes;
  }
  return true;
}

}  // namespace

bool receive_ranges(const Download& download, PartFile& part) {
  try {
    const HttpSource source(download);
    const FileParts parts = download.choose(source);
    const uint64_t total =
        std::accumulate(parts.ranges.begin(), parts.ranges.end(), uint64_t{parts.start.size()},
                        [](uint64_t sum, const ByteRange& range) { return sum + range.bytes; });
    const PartOrigin origin{download.url, source.version().name, total};
    const bool continues = part.origin() == origin && !origin.version.empty();
    if (!continues || part.size() > total) {
      if (part.size() > 0 && download.notice)
        download.notice("what was here may be of another version; starting again");
      part.clear();
    }
    part.check_space(total);
    part.set_origin(origin);
    return append_rest(download, source, parts, total, part);
  } catch (const Error&) {
    // What reads the file does not know of being stopped.
    if (download.stopped && download.stopped()) return false;
    throw;
  }
}

}  // namespace convlab
