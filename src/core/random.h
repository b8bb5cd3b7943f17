#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace convlab {

/// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): block `index`
/// of a stream is a pure function of (seed, stream, index), so every thread on every platform draws
/// the same numbers, in any order.
constexpr std::array<uint32_t, 4> philox(uint64_t seed, uint64_t stream, uint64_t index) {
  std::array<uint32_t, 4> counter{static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32),
                                  static_cast<uint32_t>(stream),
                                  static_cast<uint32_t>(stream >> 32)};
  auto key0 = static_cast<uint32_t>(seed);
  auto key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{0xD2511F53} * counter[0];
    const uint64_t product1 = uint64_t{0xCD9E8D57} * counter[2];
    counter = {
        static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(product1),
        static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(product0)};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

/// Returns a uniform number in [0, 1) made of the upper 24 bits, so that every value is exact in a
/// float.
constexpr float to_unit_float(uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24F; }

/// The purpose of a random stream. Each purpose has its own stream, so adding dropout, for example,
/// does not change the shuffling.
enum class RandomStream : uint64_t {
  weights = 1,
  shuffle = 2,
  dropout = 3,
  split = 4,
  augmentation = 7,
  mixup = 5,
  cutmix = 6,
  mix_choice = 8
};

/// Combines a stream with an index (of a parameter, epoch, layer or class) below 2^56.
constexpr uint64_t stream_id(RandomStream stream, uint64_t number) {
  return static_cast<uint64_t>(stream) << 56 | number;
}

/// Generator that draws numbers sequentially from one stream, beginning with a block of it.
class Random {
 public:
  Random(uint64_t seed, uint64_t stream, uint64_t first_block = 0)
      : seed_(seed), stream_(stream), index_(first_block) {}

  uint32_t next() {
    if (used_ == 4) {
      block_ = philox(seed_, stream_, index_++);
      used_ = 0;
    }
    return block_[used_++];
  }

  /// Returns a uniform integer in [0, bound); bound must be at least 1. Computed by multiplication,
  /// which leaves a bias below bound / 2^32.
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(uint64_t{next()} * bound >> 32); }

  /// Fisher-Yates shuffle.
  template <class T>
  void shuffle(std::span<T> items) {
    for (size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[below(static_cast<uint32_t>(i))]);
  }

 private:
  uint64_t seed_;
  uint64_t stream_;
  uint64_t index_;
  std::array<uint32_t, 4> block_{};
  size_t used_ = 4;
};

}  // namespace convlab
