#include "optim/schedules/one_cycle.h"

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace convlab {

namespace {

constexpr std::array anneals{Choice<Anneal>{Anneal::cos, "cos"},
                             Choice<Anneal>{Anneal::linear, "linear"}};

double between(Anneal anneal, double from, double to, double done) {
  const double weight = anneal == Anneal::cos ? (1 - std::cos(std::numbers::pi * done)) / 2 : done;
  return from * (1 - weight) + to * weight;
}

}  // namespace

template <class Visitor>
void OneCycleOptions::visit(Visitor& visitor) {
  visitor.number("epochs", epochs, 0, 100000, "length of the cycle in epochs; 0: the whole run");
  visitor.number("pct_start", pct_start, 0, 1, "fraction of the cycle in which the rate increases");
  visitor.choice("anneal_strategy", anneal_strategy, anneals, "shape of the decrease");
  visitor.number("div_factor", div_factor, 1, 1e9, "base rate divided by the first rate");
  visitor.number("final_div_factor", final_div_factor, 1, 1e9,
                 "first rate divided by the last rate");
  visitor.flag("three_phase", three_phase,
               "the rate first falls back to the first rate, then to the last");
}
template void OneCycleOptions::visit(OptionReader&);
template void OneCycleOptions::visit(OptionLister&);

OneCycle::OneCycle(const OneCycleOptions& options, const RunLength& length)
    : options_(checked_options("one_cycle", options)),
      steps_(steps_of(options.epochs, length, length.steps)) {}

Options OneCycle::options() const { return write_options(options_); }

double OneCycle::rate(double base, int64_t step) const {
  const double first = base / options_.div_factor;
  const double last = first / options_.final_div_factor;
  const auto total = static_cast<double>(steps_);
  const double top = options_.pct_start * total - 1;
  double begin = 0;
  const auto at = static_cast<double>(step % steps_);
  const auto phase = [&](double end, double from, double to) {
    const double done = end > begin ? (at - begin) / (end - begin) : 1;
    return between(options_.anneal_strategy, from, to, done);
  };
  if (at <= top) return phase(top, first, base);
  begin = top;
  if (!options_.three_phase) return phase(total - 1, base, last);
  const double end = 2 * options_.pct_start * total - 2;
  if (at <= end) return phase(end, base, first);
  begin = end;
  return phase(total - 1, first, last);
}

}  // namespace convlab
