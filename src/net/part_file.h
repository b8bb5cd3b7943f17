#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace convlab {

/// Where the bytes of an unfinished download come from.
struct PartOrigin {
  std::string url;
  std::string version;            ///< of the file there, as version_of; may be empty
  std::optional<uint64_t> total;  ///< bytes of the whole file

  bool operator==(const PartOrigin&) const = default;
};

/// Parses what part_origin_text returned; an empty origin for anything else, since a download that
/// knows none starts again.
PartOrigin parse_part_origin(std::span<const uint8_t> json);
/// Returns an origin as the JSON of NAME.part.json. Bytes that are not UTF-8 become U+FFFD.
std::string part_origin_text(const PartOrigin& origin);

/// The file NAME.part beside the target of a download, and its origin in NAME.part.json. Both stay
/// when a download ends before it is complete, unless nothing has arrived. Locked during the
/// object's lifetime, so that two processes do not write the same file. All functions throw Error
/// with the name of the file and the reason.
class PartFile {
 public:
  /// Opens or creates the file. Throws Error if another process has it.
  explicit PartFile(const std::filesystem::path& target);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile();

  const std::filesystem::path& path() const { return path_; }
  uint64_t size() const { return size_; }
  /// The origin of the bytes that are there; empty if it is not known.
  const PartOrigin& origin() const { return origin_; }

  void set_origin(const PartOrigin& origin);
  /// Throws Error if the disk has no room for the rest of a file of `total` bytes.
  void check_space(uint64_t total) const;
  void append(std::span<const uint8_t> bytes);
  /// Deletes the bytes that are there.
  void clear();
  /// Returns the SHA-256 of the file as text; nothing if `stopped` became true meanwhile.
  std::optional<std::string> sha256(const std::function<bool()>& stopped) const;
  /// Flushes the file to the disk and gives it the name of the target.
  void finish();
  /// Renames the file to NAME.bad, in the place of one that is there, and returns that name.
  std::filesystem::path set_aside();

 private:
  void open();
  bool lock();
  void read_origin();
  [[noreturn]] void stop(const char* what) const;

  std::filesystem::path target_;
  std::filesystem::path path_;
  std::filesystem::path origin_path_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
  PartOrigin origin_;
  bool renamed_ = false;
};

/// Returns the SHA-256 of a file as text; nothing if `stopped` became true meanwhile. Throws Error
/// if it cannot be read.
std::optional<std::string> sha256_of_file(const std::filesystem::path& path,
                                          const std::function<bool()>& stopped);

}  // namespace convlab
