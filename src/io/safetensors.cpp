#include "io/safetensors.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <tuple>
#include <utility>

#include "core/counted.h"
#include "core/error.h"
#include "core/quoted.h"
#include "io/json_text.h"

namespace convlab {

namespace {

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

struct PlacedTensor {
  SafeTensor tensor;
  Range range;
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

PlacedTensor read_tensor(const std::string& name, const SortedJson& info,
                         std::span<const uint8_t> data, const std::string& file) {
  const std::string where = fmt::format("{}: tensor {}", file, in_quotes(name));
  const SafeDType& dtype = find_dtype(string_member(info, "dtype", where), where);
  const Shape shape = read_shape(member(info, "shape", where), where);
  const Range range = read_range(info, data.size(), where);
  // No overflow: Shape keeps its product below 2^48.
  const uint64_t wanted = static_cast<uint64_t>(shape.elements()) * dtype.bytes;
  if (range.end - range.begin != wanted) {
    fail("{}: data_offsets {} to {} hold {}, but {} {} takes {}", where, range.begin, range.end,
         counted(range.end - range.begin, "byte"), dtype.name, shape, wanted);
  }
  return {{name, dtype.name, shape,
           data.subspan(static_cast<size_t>(range.begin), static_cast<size_t>(wanted))},
          range};
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
void check_contiguous(std::span<const PlacedTensor> tensors, uint64_t data_bytes,
                      const std::string& file) {
  uint64_t end = 0;
  for (const auto& [tensor, range] : tensors) {
    if (range.begin != end) {
      fail(
          "{}: tensor {} starts at byte {} of the data, but the previous one ends at {}; tensors "
          "must {}",
          file, in_quotes(tensor.name), range.begin, end,
          range.begin < end ? "not overlap" : "leave no gaps");
    }
    end = range.end;
  }
  if (end != data_bytes) {
    fail("{}: the tensors end at byte {} of the data, but the file has {} of data", file, end,
         counted(data_bytes, "byte"));
  }
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
  const std::string_view header = header_of(bytes);
  const std::span<const uint8_t> data = bytes.subspan(length_bytes + header.size());
  const SortedJson json = parse_sorted_json(header, file + ": the header (from byte 8)");

  SafeTensors result;
  std::vector<PlacedTensor> placed;
  for (const auto& [name, info] : json.items()) {
    if (name == metadata_key) {
      result.metadata = read_metadata(info, file);
    } else {
      placed.push_back(read_tensor(name, info, data, file));
    }
  }
  std::sort(placed.begin(), placed.end(), [](const PlacedTensor& a, const PlacedTensor& b) {
    return std::tie(a.range.begin, a.range.end) < std::tie(b.range.begin, b.range.end);
  });
  check_contiguous(placed, data.size(), file);
  for (PlacedTensor& each : placed) result.tensors.push_back(std::move(each.tensor));
  return result;
}

std::vector<uint8_t> safetensors_bytes(const SafeTensors& file) {
  std::string header = "{";
  std::set<std::string_view> names{metadata_key};
  const auto add = [&header](const std::string& key, const Json& value) {
    header += (header.size() > 1 ? "," : "") + dump_json(key) + ":" + dump_json(value);
  };
  if (!file.metadata.empty()) add(metadata_key, file.metadata);
  uint64_t end = 0;
  for (const SafeTensor& tensor : file.tensors) {
    const std::string where = fmt::format("[safetensors] tensor {}", in_quotes(tensor.name));
    const SafeDType& dtype = find_dtype(std::string(tensor.dtype), where);
    if (tensor.data.size() != static_cast<uint64_t>(tensor.shape.elements()) * dtype.bytes) {
      fail("{}: {} {} does not match {} of data", where, dtype.name, tensor.shape,
           counted(tensor.data.size(), "byte"));
    }
    if (!names.insert(tensor.name).second) fail("{}: the name is already used", where);
    add(tensor.name, {{"dtype", dtype.name},
                      {"shape", shape_json(tensor.shape)},
                      {"data_offsets", {end, end + tensor.data.size()}}});
    end += tensor.data.size();
  }
  header += '}';
  header.resize((header.size() + 7) / 8 * 8, ' ');
  if (header.size() > max_header_bytes) {
    fail("[safetensors] a header of {} is too long; at most {}", counted(header.size(), "byte"),
         max_header_bytes);
  }

  std::vector<uint8_t> bytes;
  bytes.reserve(length_bytes + header.size() + static_cast<size_t>(end));
  for (size_t i = 0; i < length_bytes; ++i)
    bytes.push_back(static_cast<uint8_t>(uint64_t{header.size()} >> (8 * i)));
  bytes.insert(bytes.end(), header.begin(), header.end());
  for (const SafeTensor& tensor : file.tensors)
    bytes.insert(bytes.end(), tensor.data.begin(), tensor.data.end());
  return bytes;
}

}  // namespace convlab
