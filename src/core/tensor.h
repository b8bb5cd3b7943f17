#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "core/error.h"
#include "core/shape.h"

namespace convlab {

/// f16: IEEE 754 binary16, of samples before they are normalized (Backend::normalize_input) alone.
enum class DType : uint8_t { f32, i32, u8, f16 };

constexpr size_t size_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
    case DType::i32:
      return 4;
    case DType::f16:
      return 2;
    case DType::u8:
      return 1;
  }
  fail("[tensor] {} is no dtype", static_cast<int>(dtype));
}

/// A dense, non-owning view of memory that a backend allocated on its device. Row-major: the last
/// dimension is contiguous. Images are NHWC, convolution kernels OHWI, dense kernels [out, in].
struct Tensor {
  Shape shape;
  DType dtype = DType::f32;
  void* memory = nullptr;

  int64_t elements() const { return shape.elements(); }
  size_t bytes() const { return static_cast<size_t>(elements()) * size_of(dtype); }
  explicit operator bool() const { return memory != nullptr; }

  /// Pointer to the elements as T. Only backend code running on the tensor's device may dereference
  /// it.
  template <class T = float>
  T* data() const {
    return static_cast<T*>(memory);
  }

  /// Returns a view of the same memory with another shape of equal size.
  Tensor reshaped(const Shape& other) const { return {other, dtype, memory}; }
  /// Returns a view of entries [begin, end) of the outermost dimension.
  Tensor part(int64_t begin, int64_t end) const {
    const Shape entry = shape.sample_shape();
    const auto offset = static_cast<size_t>(begin * entry.elements()) * size_of(dtype);
    return {entry.with_batch(end - begin), dtype, static_cast<std::byte*>(memory) + offset};
  }
};

/// Alignment of tensors and workspaces in bytes, and the amount of readable memory after the last
/// tensor: kernels may read up to this many bytes past the end of an input.
inline constexpr size_t tensor_alignment = 64;

template <std::unsigned_integral Size>
constexpr Size align_up(Size bytes) {
  return (bytes + tensor_alignment - 1) / tensor_alignment * tensor_alignment;
}

}  // namespace convlab
