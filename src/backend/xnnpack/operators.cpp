#include "backend/xnnpack/operators.h"

#include <utility>

#include "core/error.h"

namespace convlab {

void check(xnn_status status, std::string_view operation) {
  if (status == xnn_status_success) return;
  if (status == xnn_status_out_of_memory)
    fail("[xnnpack] {} ran out of memory; try a smaller batch", operation);
  fail("[xnnpack] {} failed with status {}", operation, static_cast<int>(status));
}

PackedWeights::PackedWeights(Backend* backend) : backend_(backend) {
  provider_.context = this;
  provider_.look_up = [](void*, const xnn_weights_cache_look_up_key*) { return SIZE_MAX; };
  provider_.reserve_space = [](void* self, size_t bytes) {
    return static_cast<PackedWeights*>(self)->reserve(bytes);
  };
  provider_.look_up_or_insert = [](void*, const xnn_weights_cache_look_up_key*, void*, size_t) {
    return size_t{0};
  };
  provider_.is_finalized = [](void*) { return true; };
  provider_.offset_to_addr = [](void* self, size_t) {
    return static_cast<PackedWeights*>(self)->block_.memory();
  };
  provider_.delete_cache = [](void*) { return xnn_status_success; };
}

void* PackedWeights::reserve(size_t bytes) {
  wanted_ = bytes;
  if (backend_ == nullptr) return nullptr;
  try {
    if (bytes > block_.bytes()) block_ = backend_->allocate(bytes);
    return block_.memory();
  } catch (...) {
    failure_ = std::current_exception();
    return nullptr;
  }
}

void PackedWeights::check_allocated() {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace convlab
