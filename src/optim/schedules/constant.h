#pragma once

#include "optim/schedules/schedule.h"

namespace convlab {

struct ConstantOptions {
  template <class Visitor>
  void visit(Visitor&) {}
};

/// Always returns the base learning rate.
class Constant final : public Schedule {
 public:
  Constant(const ConstantOptions&, const RunLength&) {}

  std::string_view kind() const override { return "constant"; }
  Options options() const override { return {}; }
  double rate(double base, int64_t) const override { return base; }
};

}  // namespace convlab
