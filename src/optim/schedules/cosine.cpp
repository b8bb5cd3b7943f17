#include "optim/schedules/cosine.h"

#include <cmath>
#include <numbers>

namespace convlab {

template <class Visitor>
void CosineOptions::visit(Visitor& visitor) {
  visitor.number("epochs", epochs, 0, 100000,
                 "epochs until the first restart; 0: the whole run, without restarts");
  visitor.number("t_mul", t_mul, 1, 100, "factor of the period length at each restart");
  visitor.number("m_mul", m_mul, 0, 100, "factor of the initial rate at each restart");
  visitor.number("alpha", alpha, 0, 1, "min rate, as a fraction of the base rate");
}
template void CosineOptions::visit(OptionReader&);
template void CosineOptions::visit(OptionLister&);

Cosine::Cosine(const CosineOptions& options, const RunLength& length)
    : options_(checked_options("cosine", options)),
      steps_(steps_of(options.epochs, length, length.steps)) {}

Options Cosine::options() const { return write_options(options_); }

double Cosine::rate(double base, int64_t step) const {
  double done = static_cast<double>(step) / static_cast<double>(steps_);  // fraction of this period
  double restarts = 0;
  if (options_.t_mul == 1) {
    restarts = std::floor(done);
    done -= restarts;
  } else {
    double period = 1;
    for (; done >= period; ++restarts) {
      done -= period;
      period *= options_.t_mul;
    }
    done /= period;
  }
  const double height = 0.5 * (1 + std::cos(std::numbers::pi * done));
  const double decayed = std::pow(options_.m_mul, restarts) * height;
  return base * ((1 - options_.alpha) * decayed + options_.alpha);
}

}  // namespace convlab
