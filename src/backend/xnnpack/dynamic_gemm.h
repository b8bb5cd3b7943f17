#pragma once

#include <pthreadpool.h>

#include <vector>

#include "backend/xnnpack/operators.h"

namespace convlab {

/// XNNPACK's product of two matrices that both change from call to call: c[m, n] = a[m, k] · b,
/// where b is [n, k], or [k, n] if `b_is_kn`. Packs b into the workspace on each run.
class DynamicGemm {
 public:
  DynamicGemm(bool b_is_kn, Activation activation);

  struct Sizes {
    size_t m, n, k;
  };
  /// Bytes of workspace for these sizes. Takes no memory itself, so that it can be asked about any.
  size_t reshape(const Sizes& sizes, pthreadpool_t pool);
  /// For the sizes of the last reshape. bias: [n] or null. `workspace` is 64-byte aligned.
  void run(const float* a, const float* b, const float* bias, float* c, void* workspace,
           pthreadpool_t pool);

 private:
  Operator op_;
  size_t outputs_ = 0;          // n of the last reshape
  std::vector<float> no_bias_;  // grows with the first runs
  size_t bytes_to_clear_ = 0;
};

}  // namespace convlab
