#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/shape.h"

namespace convlab {

/// A dataset of floats in an HDF5 file.
struct Hdf5Floats {
  std::string path;  ///< in the file, without a slash at the start
  Shape shape;
};

/// An HDF5 file, read by libhdf5. Neither plugins nor other files are read on its behalf.
class Hdf5File {
 public:
  /// Throws Error for a file that is missing or no HDF5 file.
  explicit Hdf5File(const std::filesystem::path& path);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  const std::string& name() const { return name_; }

  /// Returns the datasets of floating-point numbers, in the order of their paths. Throws Error for
  /// more than 100,000 objects, and for such a dataset that has more than six dimensions, keeps its
  /// values in another file, or takes less than a hundredth of its size in the file.
  std::vector<Hdf5Floats> floats() const;

  /// Returns the text of an attribute of an object; empty if it has none of this name, or not a
  /// single text.
  std::string attribute(const std::string& object, const std::string& attribute) const;

  /// Fills `values`, one for each element of the dataset. Throws Error if it cannot be read.
  void read(const Hdf5Floats& dataset, std::span<float> values) const;

 private:
  struct Object;

  std::string name_;
  std::unique_ptr<Object> file_;
};

}  // namespace convlab
