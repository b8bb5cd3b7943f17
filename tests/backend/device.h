#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.h"

namespace convlab {

/// `count` numbers in [-1, 1) that depend on `stream` alone.
std::vector<float> random_values(int64_t count, uint64_t stream);

/// Tensors for a test on one backend, alive as long as this object. Random tensors depend only on
/// how many were made before, so that the same test sees the same numbers on every backend.
class Device {
 public:
  explicit Device(Backend& backend) : backend_(backend) {}

  Backend& backend() { return backend_; }

  Tensor tensor(const Shape& shape, const std::vector<float>& values);
  Tensor labels(const std::vector<int32_t>& values);
  Tensor bytes(const Shape& shape, const std::vector<uint8_t>& values);
  Tensor random(const Shape& shape);
  /// Full of NaN, so that an element nobody writes is noticed.
  Tensor output(const Shape& shape);
  void* workspace(size_t bytes);

  Parameter parameter(const Shape& shape);
  /// New values in the same memory, and a new version, as an optimizer would do it.
  void change(Parameter& parameter);

  std::vector<float> read(const Tensor& tensor);

 private:
  Tensor allocate(const Shape& shape, DType dtype);

  Backend& backend_;
  std::vector<Buffer> buffers_;
  uint64_t next_stream_ = 0;
};

}  // namespace convlab
