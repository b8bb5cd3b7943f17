#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.h"

namespace convlab {

/// Returns `count` numbers in [-1, 1) that depend only on `stream`.
std::vector<float> random_values(int64_t count, uint64_t stream);

/// Creates and owns the tensors of a test on one backend. A random tensor depends only on the
/// number of random tensors created before it, so a test sees the same numbers on every backend.
class Device {
 public:
  explicit Device(Backend& backend) : backend_(backend) {}

  Backend& backend() { return backend_; }

  Tensor tensor(const Shape& shape, const std::vector<float>& values);
  Tensor labels(const std::vector<int32_t>& values);
  Tensor bytes(const Shape& shape, const std::vector<uint8_t>& values);
  /// float16 numbers.
  Tensor halves(const Shape& shape, const std::vector<uint16_t>& values);
  Tensor random(const Shape& shape);
  /// Filled with NaN, so that elements that are not written are detected.
  Tensor output(const Shape& shape);
  void* workspace(size_t bytes);

  Parameter parameter(const Shape& shape);
  /// Writes new values to the same memory and increments the version, as an optimizer does.
  void change(Parameter& parameter);

  std::vector<float> read(const Tensor& tensor);

 private:
  Tensor allocate(const Shape& shape, DType dtype);

  Backend& backend_;
  std::vector<Buffer> buffers_;
  uint64_t next_stream_ = 0;
};

}  // namespace convlab
