#include "backend/xnnpack/operators.h"

#include "core/error.h"

namespace convlab {

void check(xnn_status status, std::string_view operation) {
  if (status == xnn_status_success) return;
  if (status == xnn_status_out_of_memory)
    fail("[xnnpack] ", operation, " ran out of memory; try a smaller batch");
  fail("[xnnpack] ", operation, " failed with status ", static_cast<int>(status));
}

PackedWeights::PackedWeights() {
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
    return static_cast<PackedWeights*>(self)->block_.get();
  };
  provider_.delete_cache = [](void*) { return xnn_status_success; };
}

void* PackedWeights::reserve(size_t bytes) {
  if (bytes > bytes_) {
    block_.reset(::operator new(bytes, std::align_val_t{64}, std::nothrow));
    bytes_ = block_ ? bytes : 0;
  }
  return block_.get();
}

}  // namespace convlab
