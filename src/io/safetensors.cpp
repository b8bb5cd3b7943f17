#include "io/safetensors.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <set>
#include <tuple>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "core/float16.h"
#include "core/quoted.h"
#include "io/json_text.h"

namespace convlab {

namespace {

static_assert(std::endian::native == std::endian::little,
              "floats are read from files in the byte order of the memory");

constexpr size_t length_bytes = 8;
constexpr uint64_t max_header_bytes = uint64_t{16} << 20;
constexpr const char* metadata_key = "__metadata__";

struct SafeDType {
  std::string_view name;
  uint64_t bytes;
};
constexpr std::array dtypes{
    SafeDType{"BOOL", 1}, SafeDType{"U8", 1},      SafeDType{"I8", 1},      SafeDType{"F8_E4M3", 1},
    SafeDType{"U16", 2},  SafeDType{"F8_E5M2", 1}, SafeDType{"F8_E8M0", 1}, SafeDType{"I16", 2},
    SafeDType{"F16", 2},  SafeDType{"BF16", 2},    SafeDType{"U32", 4},     SafeDType{"I32", 4},
    SafeDType{"F32", 4},  SafeDType{"U64", 8},     SafeDType{"I64", 8},     SafeDType{"F64", 8},
    SafeDType{"C64", 8},
};

const SafeDType& find_dtype(const std::string& name, const std::string& where) {
  const auto* known = std::find_if(dtypes.begin(), dtypes.end(),
                                   [&](const SafeDType& d) { return d.name == name; });
  if (known == dtypes.end()) fail("{}: unknown dtype {}; expected F32", where, in_quotes(name));
  return *known;
}

/// The byte range of a tensor, relative to the start of the data.
struct Range {
  uint64_t begin = 0;
  uint64_t end = 0;
};

uint64_t read_u64(const uint8_t* bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof value; ++i) value |= uint64_t{bytes[i]} << (8 * i);
  return value;
}

/// Returns the JSON between the length and the data, which check_safetensors_start has accepted.
std::string_view header_of(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()) + length_bytes,
          static_cast<size_t>(read_u64(bytes.data()))};
}

Range read_range(const SortedJson& info, uint64_t data_bytes, const std::string& where) {
  const SortedJson& json = member(info, "data_offsets", where);
  if (!json.is_array() || json.size() != 2 || !json[0].is_number_unsigned() ||
      !json[1].is_number_unsigned()) {
    fail("{}: data_offsets must be two whole numbers", where);
  }
  const Range range{json[0].get<uint64_t>(), json[1].get<uint64_t>()};
  if (range.begin > range.end || range.end > data_bytes) {
    fail("{}: data_offsets {} to {} do not lie within the {} of data", where, range.begin,
         range.end, counted(data_bytes, "byte"));
  }
  return range;
}

SafeTensorEntry read_entry(const std::string& name, const SortedJson& info, uint64_t data_begin,
                           uint64_t data_bytes, const std::string& file) {
  const std::string where = fmt::format("{}: tensor {}", file, in_quotes(name));
  const SafeDType& dtype = find_dtype(string_member(info, "dtype", where), where);
  const Shape shape = read_shape(member(info, "shape", where), where);
  const Range range = read_range(info, data_bytes, where);
  // No overflow: Shape keeps its product below 2^48.
  const uint64_t wanted = static_cast<uint64_t>(shape.elements()) * dtype.bytes;
  if (range.end - range.begin != wanted) {
    fail("{}: data_offsets {} to {} hold {}, but {} {} takes {}", where, range.begin, range.end,
         counted(range.end - range.begin, "byte"), dtype.name, shape, wanted);
  }
  return {name, dtype.name, shape, data_begin + range.begin, wanted};
}

std::map<std::string, std::string> read_metadata(const SortedJson& json, const std::string& file) {
  const std::string where = fmt::format("{}: {}", file, metadata_key);
  if (!json.is_object()) fail("{} must be an object", where);
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) fail("{}: {} must be a string", where, in_quotes(key));
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

/// The format requires every byte of the data to belong to exactly one tensor.
void check_contiguous(std::span<const SafeTensorEntry> tensors, uint64_t data_begin,
                      uint64_t data_bytes, const std::string& file) {
  uint64_t end = 0;
  for (const SafeTensorEntry& tensor : tensors) {
    const uint64_t begin = tensor.offset - data_begin;
    if (begin != end) {
      fail(
          "{}: tensor {} starts at byte {} of the data, but the previous one ends at {}; tensors "
          "must {}",
          file, in_quotes(tensor.name), begin, end, begin < end ? "not overlap" : "leave no gaps");
    }
    end = begin + tensor.bytes;
  }
  if (end != data_bytes) {
    fail("{}: the tensors end at byte {} of the data, but the file has {} of data", file, end,
         counted(data_bytes, "byte"));
  }
}

/// Parses the header of a file of `size` bytes, which check_safetensors_start has accepted.
SafeTensorsHeader parse_header(std::string_view header, uint64_t size, const std::string& file) {
  const uint64_t data_begin = length_bytes + header.size();
  const uint64_t data_bytes = size - data_begin;
  const SortedJson json = parse_sorted_json(header, file + ": the header (from byte 8)");
  SafeTensorsHeader result;
  for (const auto& [name, info] : json.items()) {
    if (name == metadata_key) {
      result.metadata = read_metadata(info, file);
    } else {
      result.tensors.push_back(read_entry(name, info, data_begin, data_bytes, file));
    }
  }
  std::sort(result.tensors.begin(), result.tensors.end(),
            [](const SafeTensorEntry& a, const SafeTensorEntry& b) {
              return std::tuple(a.offset, a.bytes) < std::tuple(b.offset, b.bytes);
            });
  check_contiguous(result.tensors, data_begin, data_bytes, file);
  return result;
}

template <class Bits>
std::vector<float> converted(std::span<const uint8_t> bytes, float (*convert)(Bits)) {
  std::vector<float> values(bytes.size() / sizeof(Bits));
  for (size_t i = 0; i < values.size(); ++i) {
    Bits bits = 0;
    std::memcpy(&bits, bytes.data() + i * sizeof bits, sizeof bits);
    values[i] = convert(bits);
  }
  return values;
}

}  // namespace

void check_safetensors_start(std::span<const uint8_t> start, uint64_t size,
                             const std::string& source) {
  const std::string where = fmt::format("[safetensors] {}", source);
  if (size < length_bytes) {
    fail("{} has {}; a safetensors file starts with eight bytes that hold the header's length",
         where, counted(size, "byte"));
  }
  const uint64_t length = read_u64(start.data());
  const uint64_t left = size - length_bytes;
  if (length > max_header_bytes) {
    fail("{} is not a safetensors file: at byte 0 the header's length is {}; expected at most {}",
         where, counted(length, "byte"), max_header_bytes);
  }
  if (length > left) {
    fail("{}: at byte 0 the header's length is {}, followed by only {}; the file is cut off", where,
         length, counted(left, "byte"));
  }
  if (length == 0 || start[length_bytes] != '{')
    fail("{} is not a safetensors file: its header, at byte 8, does not begin with {{", where);
}

SafeTensors parse_safetensors(std::span<const uint8_t> bytes, const std::string& source) {
  const std::string file = fmt::format("[safetensors] {}", source);
  check_safetensors_start(bytes, bytes.size(), source);
  SafeTensorsHeader header = parse_header(header_of(bytes), bytes.size(), file);
  SafeTensors result{.tensors = {}, .metadata = std::move(header.metadata)};
  for (SafeTensorEntry& entry : header.tensors) {
    result.tensors.push_back(
        {std::move(entry.name), entry.dtype, entry.shape,
         bytes.subspan(static_cast<size_t>(entry.offset), static_cast<size_t>(entry.bytes))});
  }
  return result;
}

SafeTensorsHeader read_safetensors_header(const ByteSource& source) {
  const std::vector<uint8_t> start =
      source.read(0, std::min<uint64_t>(source.size(), safetensors_start_bytes));
  check_safetensors_start(start, source.size(), source.name());
  const std::vector<uint8_t> bytes = source.read(length_bytes, read_u64(start.data()));
  const std::string_view header(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return parse_header(header, source.size(), fmt::format("[safetensors] {}", source.name()));
}

std::map<std::string, std::string> read_safetensors_metadata(std::span<const uint8_t> start,
                                                             const std::string& source) {
  const std::string file = fmt::format("[safetensors] {}", source);
  const SortedJson json = parse_sorted_json(header_of(start), file + ": the header (from byte 8)");
  const auto metadata = json.find(metadata_key);
  return metadata == json.end() ? std::map<std::string, std::string>{}
                                : read_metadata(*metadata, file);
}

std::vector<float> read_floats(const ByteSource& source, const SafeTensorEntry& tensor) {
  if (tensor.dtype == "F32") {
    std::vector<float> values(static_cast<size_t>(tensor.shape.elements()));
    source.read(tensor.offset,
                {reinterpret_cast<uint8_t*>(values.data()), values.size() * sizeof(float)});
    return values;
  }
  if (tensor.dtype != "F16" && tensor.dtype != "BF16") {
    fail("[safetensors] {}: tensor {} is {}; expected F32, F16 or BF16", source.name(),
         in_quotes(tensor.name), tensor.dtype);
  }
  const std::vector<uint8_t> bytes = source.read(tensor.offset, tensor.bytes);
  return converted(bytes, tensor.dtype == "F16" ? float_of_float16 : float_of_bfloat16);
}

std::vector<uint8_t> safetensors_start(std::span<const NewTensor> tensors,
                                       const std::map<std::string, std::string>& metadata) {
  std::string header = "{";
  std::set<std::string_view> names{metadata_key};
  const auto add = [&header](const std::string& key, const Json& value) {
    header += (header.size() > 1 ? "," : "") + dump_json(key) + ":" + dump_json(value);
  };
  if (!metadata.empty()) add(metadata_key, metadata);
  uint64_t end = 0;
  for (const NewTensor& tensor : tensors) {
    const std::string where = fmt::format("[safetensors] tensor {}", in_quotes(tensor.name));
    const SafeDType& dtype = find_dtype(std::string(tensor.dtype), where);
    if (!names.insert(tensor.name).second) fail("{}: the name is already used", where);
    const uint64_t begin = end;
    end += static_cast<uint64_t>(tensor.shape.elements()) * dtype.bytes;
    add(tensor.name, {{"dtype", dtype.name},
                      {"shape", shape_json(tensor.shape)},
                      {"data_offsets", {begin, end}}});
  }
  header += '}';
  header.resize((header.size() + 7) / 8 * 8, ' ');
  if (header.size() > max_header_bytes) {
    fail("[safetensors] a header of {} is too long; at most {}", counted(header.size(), "byte"),
         max_header_bytes);
  }
  std::vector<uint8_t> bytes;
  bytes.reserve(length_bytes + header.size());
  for (size_t i = 0; i < length_bytes; ++i)
    bytes.push_back(static_cast<uint8_t>(uint64_t{header.size()} >> (8 * i)));
  bytes.insert(bytes.end(), header.begin(), header.end());
  return bytes;
}

std::vector<uint8_t> safetensors_bytes(const SafeTensors& file) {
  std::vector<NewTensor> tensors;
  uint64_t size = 0;
  for (const SafeTensor& tensor : file.tensors) {
    const std::string where = fmt::format("[safetensors] tensor {}", in_quotes(tensor.name));
    const SafeDType& dtype = find_dtype(std::string(tensor.dtype), where);
    if (tensor.data.size() != static_cast<uint64_t>(tensor.shape.elements()) * dtype.bytes) {
      fail("{}: {} {} does not match {} of data", where, dtype.name, tensor.shape,
           counted(tensor.data.size(), "byte"));
    }
    tensors.push_back({.name = tensor.name, .dtype = dtype.name, .shape = tensor.shape});
    size += tensor.data.size();
  }
  std::vector<uint8_t> bytes = safetensors_start(tensors, file.metadata);
  bytes.reserve(bytes.size() + static_cast<size_t>(size));
  for (const SafeTensor& tensor : file.tensors)
    bytes.insert(bytes.end(), tensor.data.begin(), tensor.data.end());
  return bytes;
}

}  // namespace convlab
