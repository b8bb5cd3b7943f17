#include "backend/device.h"

#include <algorithm>
#include <limits>

#include "core/random.h"

namespace convlab {

std::vector<float> random_values(int64_t count, uint64_t stream) {
  Random random(/*seed=*/1, stream);
  std::vector<float> values(static_cast<size_t>(count));
  std::generate(values.begin(), values.end(),
                [&random] { return 2 * to_unit_float(random.next()) - 1; });
  return values;
}

Tensor Device::allocate(const Shape& shape, DType dtype) {
  Tensor tensor{shape, dtype};
  buffers_.push_back(backend_.allocate(tensor.bytes()));
  tensor.memory = buffers_.back().memory();
  return tensor;
}

Tensor Device::tensor(const Shape& shape, const std::vector<float>& values) {
  const Tensor tensor = allocate(shape, DType::f32);
  backend_.upload(values.data(), tensor);
  return tensor;
}

Tensor Device::labels(const std::vector<int32_t>& values) {
  const Tensor tensor = allocate({static_cast<int64_t>(values.size())}, DType::i32);
  backend_.upload(values.data(), tensor);
  return tensor;
}

Tensor Device::bytes(const Shape& shape, const std::vector<uint8_t>& values) {
  const Tensor tensor = allocate(shape, DType::u8);
  backend_.upload(values.data(), tensor);
  return tensor;
}

Tensor Device::halves(const Shape& shape, const std::vector<uint16_t>& values) {
  const Tensor tensor = allocate(shape, DType::f16);
  backend_.upload(values.data(), tensor);
  return tensor;
}

Tensor Device::random(const Shape& shape) {
  return tensor(shape, random_values(shape.elements(), next_stream_++));
}

Tensor Device::output(const Shape& shape) {
  return tensor(shape, std::vector<float>(static_cast<size_t>(shape.elements()),
                                          std::numeric_limits<float>::quiet_NaN()));
}

void* Device::workspace(size_t bytes) {
  buffers_.push_back(backend_.allocate(bytes));
  return buffers_.back().memory();
}

Parameter Device::parameter(const Shape& shape) {
  return {.name = "parameter", .value = random(shape), .grad = {}};
}

void Device::change(Parameter& parameter) {
  const auto values = random_values(parameter.value.elements(), next_stream_++);
  backend_.upload(values.data(), parameter.value);
  ++parameter.version;
}

std::vector<float> Device::read(const Tensor& tensor) {
  const auto values = backend_.read_back(tensor);
  return {values->values().begin(), values->values().end()};
}

}  // namespace convlab
