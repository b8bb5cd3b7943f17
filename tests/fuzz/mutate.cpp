#include "fuzz/mutate.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace convlab {

namespace {

constexpr std::array<uint64_t, 16> numbers{0,
                                           1,
                                           2,
                                           0x7F,
                                           0xFF,
                                           0x100,
                                           0xFFFF,
                                           0x10000,
                                           0x7FFFFFFF,
                                           0x80000000,
                                           0xFFFFFFFF,
                                           0x100000000,
                                           0x7FFFFFFFFFFFFFFF,
                                           0x8000000000000000,
                                           0xFFFFFFFFFFFFFFF8,
                                           0xFFFFFFFFFFFFFFFF};

constexpr std::array<std::string_view, 22> texts{"0",
                                                 "-1",
                                                 "1",
                                                 "255",
                                                 "65536",
                                                 "1048576",
                                                 "1000000000000",
                                                 "9223372036854775807",
                                                 "18446744073709551615",
                                                 "18446744073709551616",
                                                 "1.5",
                                                 "1e308",
                                                 "1e999",
                                                 "-0",
                                                 "null",
                                                 "true",
                                                 "\"\"",
                                                 "\"\\u0000\"",
                                                 "[]",
                                                 "{}",
                                                 "[[[[[[[[[[[[[[[[[[",
                                                 "\xFF\xC0"};

size_t below(Random& random, size_t limit) {
  return limit == 0 ? 0 : random.below(static_cast<uint32_t>(limit));
}

void put_number(Bytes& bytes, Random& random) {
  const uint64_t value = numbers[below(random, numbers.size())];
  const size_t width = size_t{1} << below(random, 4);
  const size_t at = below(random, bytes.size());
  const bool big_endian = random.below(2) == 0;
  for (size_t i = 0; i < width && at + i < bytes.size(); ++i)
    bytes[at + i] = static_cast<uint8_t>(value >> (8 * (big_endian ? width - 1 - i : i)));
}

/// Replaces a decimal number in the text, or a single byte if no number follows.
void put_text(Bytes& bytes, Random& random) {
  const auto is_digit = [](uint8_t byte) { return std::isdigit(byte) != 0; };
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(below(random, bytes.size()));
  auto first = std::find_if(from, bytes.end(), is_digit);
  if (first == bytes.end()) first = from;
  while (first != bytes.begin() && is_digit(*(first - 1))) --first;
  const auto last = std::find_if_not(first, bytes.end(), is_digit);
  const std::string_view text = texts[below(random, texts.size())];
  const auto at = bytes.erase(first, last);
  bytes.insert(at, text.begin(), text.end());
}

/// Returns a random byte range of `bytes`, at most 64 bytes long.
Bytes piece(const Bytes& bytes, Random& random) {
  const size_t first = below(random, bytes.size());
  const size_t count = std::min(bytes.size() - first, 1 + below(random, 64));
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

void mutate(Bytes& bytes, const std::vector<Bytes>& seeds, Random& random) {
  if (bytes.empty()) bytes.push_back(0);
  const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(below(random, bytes.size()));
  switch (random.below(8)) {
    case 0:
      *at = static_cast<uint8_t>(*at ^ (1U << random.below(8)));
      break;
    case 1:
      *at = static_cast<uint8_t>(random.below(256));
      break;
    case 2:
      bytes.erase(at, bytes.end());
      break;
    case 3:
      bytes.erase(at, at + std::min<std::ptrdiff_t>(bytes.end() - at, 1 + random.below(64)));
      break;
    case 4: {
      const Bytes more = piece(bytes, random);
      bytes.insert(at, more.begin(), more.end());
      break;
    }
    case 5: {
      const Bytes more = piece(seeds[below(random, seeds.size())], random);
      bytes.insert(at, more.begin(), more.end());
      break;
    }
    case 6:
      put_number(bytes, random);
      break;
    default:
      put_text(bytes, random);
  }
}

}  // namespace

Bytes mutated(const std::vector<Bytes>& seeds, Random& random) {
  Bytes bytes = seeds[below(random, seeds.size())];
  for (uint32_t changes = 1 + random.below(4); changes > 0; --changes) mutate(bytes, seeds, random);
  return bytes;
}

}  // namespace convlab
