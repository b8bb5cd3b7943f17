#include "optim/schedules/schedule.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/quoted.h"

namespace convlab {

void Schedule::restore(const NamedNumbers& state) {
  if (state.empty()) return;
  fail("[{}] keeps no state, but got {}", kind(), in_single_quotes(state.front().first));
}

int64_t steps_of(double epochs, const RunLength& length, int64_t otherwise) {
  if (epochs == 0) return std::max<int64_t>(otherwise, 1);
  const double steps = std::round(epochs * static_cast<double>(length.steps_per_epoch));
  return std::max<int64_t>(static_cast<int64_t>(steps), 1);
}

}  // namespace convlab
