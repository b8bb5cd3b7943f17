#include "core/beta.h"

#include <cmath>

#include "core/log_exp.h"
#include "core/normal.h"

namespace convlab {

namespace {

/// Returns a uniform number in (0, 1), so that its logarithm is finite.
double uniform(Random& random) { return (random.next() + 0.5) * 0x1p-32; }

/// Returns the logarithm of a sample of the gamma distribution with this shape (at least 1) and
/// scale 1.
double log_gamma_sample_above_1(Random& random, double shape) {
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = to_normal(random.next());
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double log_v = portable_log(v);
    const double log_u = portable_log(uniform(random));
    if (log_u < x * x / 2 + d - d * v + d * log_v) return portable_log(d) + log_v;
  }
}

/// The same for any shape above 0: a sample for shape + 1 times U^(1 / shape).
double log_gamma_sample(Random& random, double shape) {
  if (shape >= 1) return log_gamma_sample_above_1(random, shape);
  const double larger = log_gamma_sample_above_1(random, shape + 1);
  return larger + portable_log(uniform(random)) / shape;
}

}  // namespace

double symmetric_beta(Random& random, double alpha) {
  const double first = log_gamma_sample(random, alpha);
  const double second = log_gamma_sample(random, alpha);
  return 1 / (1 + portable_exp(second - first));
}

}  // namespace convlab
