#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace convlab {

/// Bytes that can be read in any order: a file, or memory. Several threads may read at once if
/// reads_on_any_thread().
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// The name of the file, for messages.
  const std::string& name() const { return name_; }
  uint64_t size() const { return size_; }
  /// Whether any thread can `read`; otherwise only the one that opened the source.
  virtual bool reads_on_any_thread() const { return true; }
  /// Fills `out` with the bytes from `offset`. Throws Error, with the name, for bytes beyond the
  /// end or that cannot be read.
  void read(uint64_t offset, std::span<uint8_t> out) const;
  /// Returns `count` bytes from `offset`, like `read`; nothing is allocated for bytes beyond the
  /// end.
  std::vector<uint8_t> read(uint64_t offset, uint64_t count) const;

 protected:
  ByteSource(std::string name, uint64_t size) : name_(std::move(name)), size_(size) {}

 private:
  /// Reads bytes that lie within the size.
  virtual void read_within(uint64_t offset, std::span<uint8_t> out) const = 0;
  void check(uint64_t offset, uint64_t count) const;

  std::string name_;
  uint64_t size_;
};

/// Returns a source that reads a regular file, which stays open. Throws Error if it is missing, not
/// a regular file, or cannot be opened.
std::shared_ptr<const ByteSource> open_file(const std::filesystem::path& path);

/// Returns a source of bytes in memory.
std::shared_ptr<const ByteSource> memory_source(std::string name, std::vector<uint8_t> bytes);

}  // namespace convlab
