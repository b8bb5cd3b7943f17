#include "backend/xnnpack/winograd_transforms.h"

#include "backend/xnnpack/winograd_transforms_impl.h"

namespace convlab::winograd {

namespace {

constexpr Functions baseline_functions{transform_inputs<4>, transform_outputs<4>};

// w = G v, where row p of G is (1, p, p²) / Π (p - q) over the other finite points q.
void transform_3_values(const double (&v)[3], double (&w)[tile]) {
  constexpr double pa = a;
  constexpr double pb = b;
  constexpr double at_zero = 1 / (pa * pa * pb * pb);
  constexpr double at_a = 1 / (2 * pa * pa * (pa * pa - pb * pb));
  constexpr double at_b = 1 / (2 * pb * pb * (pb * pb - pa * pa));
  const double even_a = v[0] + pa * pa * v[2];
  const double even_b = v[0] + pb * pb * v[2];
  w[0] = at_zero * v[0];
  w[1] = at_a * (even_a + pa * v[1]);
  w[2] = at_a * (even_a - pa * v[1]);
  w[3] = at_b * (even_b + pb * v[1]);
  w[4] = at_b * (even_b - pb * v[1]);
  w[5] = v[2];
}

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

void transform_kernel(const float* g, float* u) {
  double half[3][tile];
  for (int64_t row = 0; row < 3; ++row)
    transform_3_values({double{g[row * 3]}, double{g[row * 3 + 1]}, double{g[row * 3 + 2]}},
                       half[row]);
  for (int64_t column = 0; column < tile; ++column) {
    double transformed[tile];
    transform_3_values({half[0][column], half[1][column], half[2][column]}, transformed);
    for (int64_t row = 0; row < tile; ++row)
      u[row * tile + column] = static_cast<float>(transformed[row]);
  }
}

}  // namespace convlab::winograd
