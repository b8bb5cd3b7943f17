// Two of XNNPACK's wasm kernels (f32-qs8-vcvt and f32-qu8-vcvt, wasmsimd-magic) include <arm_neon.h> by mistake.
#include <wasm_simd128.h>
