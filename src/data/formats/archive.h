#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/byte_source.h"
#include "data/inflater.h"

/// Archives as an index of their files, each of which is read by itself. Nothing is ever unpacked
/// into folders.
namespace convlab {

/// How an archive keeps the bytes of a file.
enum class Compression : uint8_t { none, deflate };

/// A regular file in an archive.
struct ArchiveFile {
  /// Relative, of names separated by "/", none of which is empty, "." or ".."; shown as by
  /// escaped_utf8.
  std::string path;
  uint64_t size = 0;
  uint64_t offset = 0;  ///< tar: of its bytes; zip: of its local header
  uint64_t stored_size = 0;
  Compression compression = Compression::none;
  uint32_t crc = 0;  ///< zip: CRC-32 of its bytes
};

enum class ArchiveKind : uint8_t { tar, zip };

/// The files of an archive, in the order in which they lie there.
struct Archive {
  static constexpr uint64_t max_files = uint64_t{1} << 22U;
  static constexpr uint64_t max_path_bytes = 4096;

  ArchiveKind kind = ArchiveKind::tar;
  std::shared_ptr<const ByteSource> source;
  std::vector<ArchiveFile> files;
};

/// Indexes a tar archive: POSIX ustar and pax, and GNU's long names. Folders, links and devices are
/// left out. Reads only the headers. Throws Error, with the source's name, the byte offset, what
/// was found and what was expected, for a damaged or truncated archive, more than
/// Archive::max_files, and paths that are absolute or lead out of the archive.
Archive index_tar(std::shared_ptr<const ByteSource> source);

/// Indexes a zip archive, also one of more than 4 GB. Throws Error like index_tar, and for files
/// that are encrypted or compressed by another method than deflate.
Archive index_zip(std::shared_ptr<const ByteSource> source);

/// Returns the bytes of a file of an archive. Throws Error if it has more than `max`, before any
/// memory is allocated, cannot be read, or does not inflate to the size and checksum of the index.
std::vector<uint8_t> read_archived(const Archive& archive, const ArchiveFile& file, uint64_t max);

/// Passes on the bytes of a file of an archive, of any size, in pieces of at most 64 KiB. Throws
/// Error like read_archived; the sink then has received a part, or damaged bytes.
void stream_archived(const Archive& archive, const ArchiveFile& file, const ByteSink& sink);

/// Returns where the stored bytes of a file begin in the archive. Throws Error unless the header of
/// the file is before them.
uint64_t data_offset(const Archive& archive, const ArchiveFile& file);

/// Returns `path`, as it stands in the archive `source`, in the form of ArchiveFile::path. Throws
/// Error if it is absolute, leads out of the archive, or has more than Archive::max_path_bytes.
std::string checked_path(const std::string& path, const std::string& source);

}  // namespace convlab
