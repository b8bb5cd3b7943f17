#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace convlab {

/// The labels before each image of a CIFAR file, a byte each.
enum class CifarLabels : uint8_t {
  single,  ///< CIFAR-10: the class
  coarse,  ///< CIFAR-100: the superclass, then the class, which is left out
  fine,    ///< CIFAR-100: the class, after the superclass, which is left out
};

/// The images of a CIFAR file in its binary version (A. Krizhevsky, "The CIFAR-10 dataset":
/// records of the labels and 3 x 32 x 32 bytes, a plane for each colour).
struct CifarImages {
  static constexpr int64_t side = 32;
  static constexpr int64_t channels = 3;

  std::vector<uint8_t> labels;
  std::vector<uint8_t> pixels;  ///< [count, 32, 32, 3]

  int64_t count() const { return static_cast<int64_t>(labels.size()); }
};

/// Reads such a file. Throws Error, with `source`, what was found and what was expected, unless it
/// has 1 to 1,000,000 whole records with labels below `classes`.
CifarImages parse_cifar(std::span<const uint8_t> bytes, CifarLabels labels, int64_t classes,
                        const std::string& source);

}  // namespace convlab
