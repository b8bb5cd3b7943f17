#include "backend/xnnpack/winograd_transforms.h"

#include "backend/xnnpack/winograd_transforms_impl.h"

namespace convlab::winograd {

namespace {

constexpr Functions baseline_functions{transform_kernels<2>, transform_inputs<4>,
                                       transform_outputs<4>};

}  // namespace

const Functions& functions() {
#ifdef __x86_64__
  static const Functions& best = __builtin_cpu_supports("avx512f") ? avx512_functions
                                 : __builtin_cpu_supports("avx2")  ? avx2_functions
                                                                   : baseline_functions;
  return best;
#else
  return baseline_functions;
#endif
}

}  // namespace convlab::winograd
