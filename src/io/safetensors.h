#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_source.h"
#include "core/shape.h"

namespace convlab {

/// A tensor in a safetensors file, without its data.
struct SafeTensorEntry {
  std::string name;
  std::string_view dtype;  ///< one of the format's names, "F32" for floats
  Shape shape;
  uint64_t offset = 0;  ///< of its data, in bytes from the start of the file
  uint64_t bytes = 0;

  uint64_t end() const { return offset + bytes; }
};

/// What a safetensors file holds, without the data of the tensors.
struct SafeTensorsHeader {
  std::vector<SafeTensorEntry> tensors;  ///< in the order of their data
  std::map<std::string, std::string> metadata;
};

/// A tensor in a safetensors file.
struct SafeTensor {
  std::string name;
  std::string_view dtype;  ///< one of the format's names, "F32" for floats
  Shape shape;
  std::span<const uint8_t> data;  ///< little-endian, row-major; need not be aligned
};

/// Contents of a safetensors file (huggingface/safetensors, "Format"): eight bytes with the length
/// of the header, the header in JSON, the data of all tensors without gaps.
struct SafeTensors {
  std::vector<SafeTensor> tensors;  ///< in the order of their data
  std::map<std::string, std::string> metadata;
};

/// The number of bytes that check_safetensors_start looks at.
constexpr size_t safetensors_start_bytes = 9;

/// Throws Error, with `source`, unless a file of `size` bytes that begins with `start` can be a
/// safetensors file with a header of at most 16 MB. `start` has safetensors_start_bytes or more, or
/// the whole file. Call it before reading the rest of the file.
void check_safetensors_start(std::span<const uint8_t> start, uint64_t size,
                             const std::string& source);

/// Parses a file; the tensors' data points into `bytes`. Throws Error, with `source`, tensor and
/// byte, unless the header is JSON of at most 16 MB, names are unique, dtypes are those of the
/// format, shapes have up to six dimensions, and the data has exactly the sizes that the shapes
/// require, without gaps or overlaps.
SafeTensors parse_safetensors(std::span<const uint8_t> bytes, const std::string& source);

/// Reads the header of a file, of which nothing else is read. Throws Error like parse_safetensors,
/// and Error of ByteSource::read.
SafeTensorsHeader read_safetensors_header(const ByteSource& source);

/// Returns the metadata of a file that need not be whole, of which check_safetensors_start has
/// accepted the first bytes. Throws Error like parse_safetensors.
std::map<std::string, std::string> read_safetensors_metadata(std::span<const uint8_t> start,
                                                             const std::string& source);

/// Reads a tensor F32, F16 or BF16 as floats. Throws Error, with the source's name, for another
/// dtype, and Error of ByteSource::read.
std::vector<float> read_floats(const ByteSource& source, const SafeTensorEntry& tensor);

/// A tensor of a file to be written.
struct NewTensor {
  std::string name;
  std::string_view dtype;  ///< one of the format's names
  Shape shape;
};

/// Returns the start of a file, up to the data of the tensors, which must follow in this order
/// without gaps: for files that are written piece by piece. Its size is a multiple of eight bytes.
/// Throws Error for an unknown dtype and a name that occurs twice.
std::vector<uint8_t> safetensors_start(std::span<const NewTensor> tensors,
                                       const std::map<std::string, std::string>& metadata);

/// Returns a file with these tensors in this order; the data starts at a multiple of eight bytes.
/// Throws Error if data and shape of a tensor do not match or a name occurs twice.
std::vector<uint8_t> safetensors_bytes(const SafeTensors& file);

}  // namespace convlab
