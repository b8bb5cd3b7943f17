#include "backend/xnnpack/winograd_transforms_impl.h"

namespace convlab::winograd {

const Functions avx2_functions{transform_kernels<4>, transform_inputs<8>, transform_outputs<8>};

}  // namespace convlab::winograd
