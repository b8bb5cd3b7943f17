#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/shape.h"

namespace convlab {

/// A tensor in a safetensors file.
struct SafeTensor {
  std::string name;
  std::string_view dtype;  ///< one of the format's names, "F32" for floats
  Shape shape;
  std::span<const uint8_t> data;  ///< little-endian, row-major; need not be aligned
};

/// What is in a safetensors file (huggingface/safetensors, "Format"): eight bytes with the length
/// of the header, the header in JSON, the data of all tensors without gaps.
struct SafeTensors {
  std::vector<SafeTensor> tensors;  ///< in the order of their data
  std::map<std::string, std::string> metadata;
};

/// Reads a file; the data of the tensors lies within `bytes`. Throws Error, naming `source`, the
/// tensor and the byte, for anything but: a header of at most 16 MB of JSON, names given once,
/// dtypes of the format, up to six dimensions per shape, and data that is exactly as large as its
/// shapes say, without gaps or overlaps.
SafeTensors parse_safetensors(std::span<const uint8_t> bytes, const std::string& source);

/// A file with these tensors, in this order; the data starts at a multiple of eight bytes. Throws
/// Error when data and shape of a tensor disagree or a name is taken.
std::vector<uint8_t> safetensors_bytes(const SafeTensors& file);

}  // namespace convlab
