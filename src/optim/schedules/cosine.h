#pragma once

#include "optim/schedules/schedule.h"

namespace convlab {

/// Options as in Keras' CosineDecayRestarts.
struct CosineOptions {
  double epochs = 0;  ///< until the first restart; 0: the whole run, without restarts
  double t_mul = 2;   ///< factor of the period length at each restart
  double m_mul = 1;   ///< factor of the initial rate at each restart
  double alpha = 0;   ///< min rate, as a fraction of the base rate

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// A half cosine from the base rate down to alpha times the base rate, with warm restarts
/// (Loshchilov and Hutter 2017, eq. 5).
class Cosine final : public Schedule {
 public:
  Cosine(const CosineOptions& options, const RunLength& length);

  std::string_view kind() const override { return "cosine"; }
  Options options() const override;
  double rate(double base, int64_t step) const override;

 private:
  CosineOptions options_;
  int64_t steps_;
};

}  // namespace convlab
