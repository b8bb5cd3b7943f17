#include "backend/xnnpack/winograd_transforms_impl.h"

namespace convlab::winograd {

const Functions avx512_functions{transform_kernels<8>, transform_inputs<16>, transform_outputs<16>};

}  // namespace convlab::winograd
