#include "allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

#ifdef __APPLE__
#include <malloc/malloc.h>
#else
#include <malloc.h>
#endif

namespace {

// The counters of operator new have to be global.
std::atomic<uint64_t> count{0};
std::atomic<uint64_t> bytes{0};
std::atomic<uint64_t> held{0};

size_t size_of(void* memory) {
#ifdef __APPLE__
  return malloc_size(memory);
#else
  return malloc_usable_size(memory);
#endif
}

void* counted(void* memory, std::size_t size) {
  if (memory == nullptr) throw std::bad_alloc();
  count.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(size, std::memory_order_relaxed);
  held.fetch_add(size_of(memory), std::memory_order_relaxed);
  return memory;
}

void release(void* memory) {
  if (memory != nullptr) held.fetch_sub(size_of(memory), std::memory_order_relaxed);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return counted(std::malloc(size > 0 ? size : 1), size); }

void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(step, (size + step - 1) / step * step), size);
}

// The non-throwing forms are replaced too, because a sanitizer's would not match the delete below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  try {
    return operator new(size, alignment);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

uint64_t convlab::allocation_count() { return count.load(); }

uint64_t convlab::allocated_bytes() { return bytes.load(); }

uint64_t convlab::held_bytes() { return held.load(); }
