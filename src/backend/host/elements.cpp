#include <algorithm>
#include <cstring>
#include <functional>

#include "backend/host/host_backend.h"
#include "core/error.h"
#include "core/float16.h"
#include "core/random.h"

namespace convlab {

void HostBackend::fill(const Tensor& x, float value) { std::fill_n(x.data(), x.elements(), value); }

void HostBackend::copy(const Tensor& x, const Tensor& y) {
  if (x.bytes() > 0) std::memmove(y.memory, x.memory, x.bytes());
}

void HostBackend::normalize_input(const Tensor& x, const Tensor& scale, const Tensor& offset,
                                  const Tensor& y) {
  if (x.dtype != DType::u8 && x.dtype != DType::f16)
    fail("[normalize_input] expects images of bytes (u8) or features (f16)");
  const int64_t channels = scale.elements();
  for (int64_t i = 0; i < x.elements(); ++i) {
    const int64_t c = i % channels;
    const float value = x.dtype == DType::u8 ? static_cast<float>(x.data<uint8_t>()[i])
                                             : float_of_float16(x.data<uint16_t>()[i]);
    y.data()[i] = value * scale.data()[c] + offset.data()[c];
  }
}

void HostBackend::binary(BinaryOp op, const Tensor& a, const Tensor& b, const Tensor& c) {
  switch (op) {
    case BinaryOp::add:
      std::transform(a.data(), a.data() + a.elements(), b.data(), c.data(), std::plus<>());
      break;
    case BinaryOp::multiply:
      std::transform(a.data(), a.data() + a.elements(), b.data(), c.data(), std::multiplies<>());
      break;
  }
}

void HostBackend::dropout_mask(const DropoutDesc& desc, const Tensor& mask) {
  const float kept = 1 / (1 - desc.rate);
  auto* out = mask.data();
  const auto count = static_cast<uint64_t>(mask.elements());
  for (uint64_t i = 0; i < count; i += 4) {
    const auto block = philox(desc.seed, desc.stream, (step_.step << 32U) + i / 4);
    for (uint64_t lane = 0; lane < std::min<uint64_t>(4, count - i); ++lane) {
      out[i + lane] = to_unit_float(block[lane]) < desc.rate ? 0 : kept;
    }
  }
}

}  // namespace convlab
