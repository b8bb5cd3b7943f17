#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "core/shape.h"

namespace convlab {

enum class DType : uint8_t { f32, i32, u8 };

constexpr size_t size_of(DType dtype) { return dtype == DType::u8 ? 1 : 4; }

/// A dense view of memory that a backend allocated (on its device) and somebody else owns.
/// Row-major: the last dimension is contiguous; images are NHWC, convolution weights OHWI, dense
/// weights [out, in].
struct Tensor {
  Shape shape;
  DType dtype = DType::f32;
  void* memory = nullptr;

  int64_t elements() const { return shape.elements(); }
  size_t bytes() const { return static_cast<size_t>(elements()) * size_of(dtype); }
  explicit operator bool() const { return memory != nullptr; }

  /// The elements as T; only code of a backend, on its own device, may follow the pointer.
  template <class T = float>
  T* data() const {
    return static_cast<T*>(memory);
  }

  /// The same memory seen with another shape of as many elements.
  Tensor reshaped(const Shape& other) const { return {other, dtype, memory}; }
  /// Entries [begin, end) of the outermost dimension.
  Tensor part(int64_t begin, int64_t end) const {
    const Shape entry = shape.sample_shape();
    const auto offset = static_cast<size_t>(begin * entry.elements()) * size_of(dtype);
    return {entry.with_batch(end - begin), dtype, static_cast<std::byte*>(memory) + offset};
  }
};

/// How much memory lies between the starts of neighbouring tensors and behind the last one: kernels
/// may read up to this many bytes past the end of an input, and workspaces must be aligned to it.
inline constexpr size_t tensor_alignment = 64;

template <std::unsigned_integral Size>
constexpr Size align_up(Size bytes) {
  return (bytes + tensor_alignment - 1) / tensor_alignment * tensor_alignment;
}

}  // namespace convlab
