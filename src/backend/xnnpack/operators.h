#pragma once

#include <xnnpack.h>

#include <exception>
#include <limits>
#include <memory>
#include <string_view>

#include "backend/backend.h"

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

/// A fixed memory block of a backend for the packed weights of an operator. XNNPACK packs weights
/// only when an operator is created. A second operator created with the same PackedWeights packs
/// new weights into the block that the first one uses. The second can then be deleted, and the
/// first runs with the new weights.
class PackedWeights {
 public:
  explicit PackedWeights(Backend& backend) : PackedWeights(&backend) {}
  PackedWeights(const PackedWeights&) = delete;
  PackedWeights& operator=(const PackedWeights&) = delete;

  xnn_weights_cache_t provider() { return &provider_; }
  /// Throws Error if the last operator was not created because memory could not be allocated.
  void check_allocated();

  /// Returns the size of the block that `create` would need: calls it with the provider of a
  /// PackedWeights without memory, with which XNNPACK refuses to create an operator before it reads
  /// any weights.
  template <class Create>
  static size_t measure(const Create& create) {
    PackedWeights none(nullptr);
    xnn_operator_t created = nullptr;
    create(none.provider(), &created);
    return none.wanted_;
  }

 private:
  explicit PackedWeights(Backend* backend);
  void* reserve(size_t bytes);

  Backend* backend_;
  xnn_weights_cache_provider provider_{};
  Buffer block_;
  size_t wanted_ = 0;
  std::exception_ptr failure_;  // must not pass through XNNPACK, which is C
};

}  // namespace convlab
