#pragma once

#include <xnnpack.h>

#include <limits>
#include <memory>
#include <new>
#include <string_view>

#include "backend/descriptors.h"

namespace convlab {

/// Throws Error that names the operation unless `status` is success.
void check(xnn_status status, std::string_view operation);

struct DeleteOperator {
  void operator()(xnn_operator_t op) const { xnn_delete_operator(op); }
};
using Operator = std::unique_ptr<std::remove_pointer_t<xnn_operator_t>, DeleteOperator>;

/// The output range of an activation, to which XNNPACK clamps.
struct OutputRange {
  explicit OutputRange(Activation activation) {
    switch (activation) {
      case Activation::none:
        return;
      case Activation::relu:
        min = 0;
        return;
      case Activation::relu6:
        min = 0;
        max = 6;
        return;
    }
  }

  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();
};

/// A fixed memory block for the packed weights of an operator. XNNPACK packs weights only when an
/// operator is created. A second operator created with the same PackedWeights packs new weights
/// into the block that the first one uses. The second can then be deleted, and the first runs with
/// the new weights.
class PackedWeights {
 public:
  PackedWeights();
  PackedWeights(const PackedWeights&) = delete;
  PackedWeights& operator=(const PackedWeights&) = delete;

  xnn_weights_cache_t provider() { return &provider_; }

 private:
  void* reserve(size_t bytes);

  struct FreeAligned {
    void operator()(void* memory) const { ::operator delete(memory, std::align_val_t{64}); }
  };
  xnn_weights_cache_provider provider_{};
  std::unique_ptr<void, FreeAligned> block_;
  size_t bytes_ = 0;
};

}  // namespace convlab
