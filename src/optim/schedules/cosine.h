#pragma once

#include "optim/schedules/schedule.h"

namespace convlab {

/// As Keras' CosineDecayRestarts.
struct CosineOptions {
  double epochs = 0;  ///< until the first restart; 0: the run, so that there is none
  double t_mul = 2;   ///< how many times longer each period is than the one before
  double m_mul = 1;   ///< how many times as high the rate restarts
  double alpha = 0;   ///< the lowest rate, as a fraction of the base

  template <class Visitor>
  void visit(Visitor& visitor);
};

/// A half cosine from the base rate down to alpha of it, with warm restarts (Loshchilov and Hutter
/// 2017, eq. 5).
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
