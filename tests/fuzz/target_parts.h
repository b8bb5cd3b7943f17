#pragma once

#include <fmt/format.h>

#include <source_location>
#include <span>
#include <stdexcept>
#include <string_view>

#include "core/error.h"
#include "data/bytes.h"
#include "fuzz/targets.h"

/// What the files of fuzz targets share, and their tables.
namespace convlab {

std::span<const FuzzTarget> model_targets();
std::span<const FuzzTarget> data_targets();
std::span<const FuzzTarget> file_set_targets();
std::span<const FuzzTarget> archive_targets();
std::span<const FuzzTarget> message_targets();
/// Empty in a build without downloads.
std::span<const FuzzTarget> download_targets();

/// The name of every input, for messages.
constexpr const char* fuzz_source = "fuzz";

/// Throws an exception that is no Error, which fails a test and stops a fuzzer.
inline void expect(bool holds, std::source_location place = std::source_location::current()) {
  if (!holds)
    throw std::logic_error(fmt::format("{}: false in line {}", place.file_name(), place.line()));
}

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

inline std::string_view text_of(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Splits an input into text and bytes: the text ends with the last brace.
struct TextAndBytes {
  explicit TextAndBytes(std::span<const uint8_t> input) {
    const size_t end = text_of(input).rfind('}') + 1;  // npos + 1 is 0
    text = text_of(input.first(end));
    bytes = input.subspan(end);
  }
  std::string_view text;
  std::span<const uint8_t> bytes;
};

inline Bytes joined(std::string_view text, std::span<const uint8_t> bytes) {
  Bytes all = bytes_of(text);
  // A brace among the bytes is harmless: it only makes the text longer.
  add_bytes(all, bytes);
  return all;
}

/// Returns the result of `work` with what was read from an accepted input: an Error is a defect.
template <class Work>
auto must(const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw std::logic_error(fmt::format("accepted, and then: {}", error.what()));
  }
}

}  // namespace convlab
