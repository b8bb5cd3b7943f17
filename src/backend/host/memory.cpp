#if defined(__linux__) && !defined(__EMSCRIPTEN__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "backend/host/host_backend.h"
#include "core/error.h"

namespace convlab {

namespace {

// For larger blocks the system allocator (or a sanitizer) may abort instead of returning null.
constexpr size_t largest_block = sizeof(size_t) == 8 ? size_t{1} << 39 : SIZE_MAX / 2;

// On Linux, large blocks use huge pages: the first step has fewer page faults, all later ones fewer
// TLB misses.
void* aligned_block(size_t bytes) {
#if defined(__linux__) && !defined(__EMSCRIPTEN__)
  constexpr size_t large_page = size_t{2} << 20U;
  if (bytes >= 2 * large_page) {
    const size_t size = (bytes + large_page - 1) / large_page * large_page;
    void* block = std::aligned_alloc(large_page, size);
    if (block != nullptr) madvise(block, size, MADV_HUGEPAGE);  // only a hint: it may be ignored
    return block;
  }
#endif
  return std::aligned_alloc(tensor_alignment, bytes);
}

// Device and host share their memory, so the host writes to the tensor itself.
class HostUploadBuffer final : public UploadBuffer {
 public:
  explicit HostUploadBuffer(Buffer buffer) : buffer_(std::move(buffer)) {}

  size_t bytes() const override { return buffer_.bytes(); }
  void* memory() const override { return buffer_.memory(); }
  void* host() override { return buffer_.memory(); }
  void upload(size_t /*bytes*/) override {}

 private:
  Buffer buffer_;
};

class HostReadBack final : public ReadBack {
 public:
  explicit HostReadBack(const Tensor& tensor)
      : values_(tensor.data(), tensor.data() + tensor.elements()) {}

  bool ready() const override { return true; }
  std::span<const float> values() override { return values_; }

 private:
  std::vector<float> values_;
};

}  // namespace

Buffer HostBackend::allocate(size_t bytes) {
  const size_t reserved = align_up(bytes) + tensor_alignment;
  const bool fits = bytes <= largest_block && reserved <= memory_left();
  void* memory = fits ? aligned_block(reserved) : nullptr;
  if (memory == nullptr) {
    fail(
        "[{}] not enough memory for another {} MB in addition to the {} MB in use; try a smaller "
        "batch or model",
        name(), bytes >> 20U, memory_use_.bytes >> 20U);
  }
  std::memset(memory, 0, reserved);
  memory_use_.bytes += bytes;
  memory_use_.peak_bytes = std::max(memory_use_.peak_bytes, memory_use_.bytes);
  return {memory, bytes, [this](void* block, size_t size) { release(block, size); }};
}

void HostBackend::release(void* memory, size_t bytes) {
  std::free(memory);
  memory_use_.bytes -= bytes;
}

std::unique_ptr<UploadBuffer> HostBackend::allocate_upload(size_t bytes) {
  return std::make_unique<HostUploadBuffer>(allocate(bytes));
}

void HostBackend::upload(const void* source, const Tensor& tensor) {
  if (tensor.bytes() > 0) std::memcpy(tensor.memory, source, tensor.bytes());
}

std::unique_ptr<ReadBack> HostBackend::read_back(const Tensor& tensor) {
  if (tensor.dtype != DType::f32) fail("[{}] only f32 tensors can be read back", name());
  return std::make_unique<HostReadBack>(tensor);
}

std::unique_ptr<Backend> make_host_backend(int /*threads*/) {
  return std::make_unique<HostBackend>();
}

}  // namespace convlab
