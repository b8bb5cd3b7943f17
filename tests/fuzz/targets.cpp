#include "fuzz/targets.h"

#include <string_view>

#include "fuzz/target_parts.h"

namespace convlab {

namespace {

std::vector<FuzzTarget> joined_targets() {
  std::vector<FuzzTarget> all;
  for (const auto part : {model_targets(), data_targets(), file_set_targets(), archive_targets(),
                          message_targets(), download_targets()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

std::span<const FuzzTarget> fuzz_targets() {
  static const std::vector<FuzzTarget> all = joined_targets();
  return all;
}

void feed(const FuzzTarget& target, std::span<const uint8_t> input) {
  try {
    target.read(input);
  } catch (const Error& error) {
    expect(!std::string_view(error.what()).empty());
  }
}

}  // namespace convlab
