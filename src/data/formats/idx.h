#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace convlab {

/// The images of an IDX file (Y. LeCun, "The MNIST database": big-endian 00 00 08 03, count,
/// rows, columns, bytes).
struct IdxImages {
  int64_t count = 0;
  int64_t height = 0;
  int64_t width = 0;
  std::vector<uint8_t> pixels;  ///< [count, height, width]
};

/// Reads an IDX file of images, plain or gzip. Throws Error, with `source`, the byte offset, what
/// was found and what was expected, unless the file has 1 to 2^24 images of 1×1 to 4,096×4,096
/// pixels, at most 2 GB in total, and exactly the bytes that its header requires.
IdxImages parse_idx_images(std::span<const uint8_t> bytes, const std::string& source);

/// The size of the largest file of labels: 2^24 labels take a quarter of it.
constexpr uint64_t max_labels_file_bytes = uint64_t{1} << 26;

/// Reads an IDX file of labels (00 00 08 01, count, bytes), plain or gzip; each must be below
/// `classes`. Throws Error as above.
std::vector<uint8_t> parse_idx_labels(std::span<const uint8_t> bytes, int64_t classes,
                                      const std::string& source);

/// Returns those of the names of files that belong to the same data set as the IDX file `name`,
/// itself included: names that differ only in the part (train, t10k, test) and in images or labels,
/// such as letters-train-images-idx3-ubyte.gz and letters-test-labels-idx1-ubyte. None if `name` is
/// not that of an IDX file.
std::vector<std::string> idx_partners(std::string_view name,
                                      const std::vector<std::string>& others);

}  // namespace convlab
