#include "app/widgets/ticks.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

namespace convlab {
namespace {

/// Returns the smallest number of the form 1, 2 or 5 times a power of ten that is at least `value`.
double round_up(double value) {
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (digit * power >= value * (1 - 1e-9)) return digit * power;
  }
  return 10 * power;
}

}  // namespace

Ticks choose_ticks(double min, double max, int max_ticks, double min_step) {
  Ticks ticks;
  if (!std::isfinite(min) || !std::isfinite(max) || !(max > min) || max_ticks < 2) return ticks;
  double step = round_up(std::max((max - min) / max_ticks, min_step));
  const double slack = (max - min) * 1e-9;
  const auto first = [&] { return std::ceil((min - slack) / step); };
  const auto last = [&] { return std::floor((max + slack) / step); };
  while (last() - first() + 1 > max_ticks) step = round_up(step * 1.5);
  ticks.step = step;
  for (double i = first(); i <= last(); ++i) ticks.values.push_back(i * step + 0.0);
  return ticks;
}

std::string tick_label(double value, double step, bool percent) {
  const double factor = percent ? 100 : 1;
  const double exponent = std::floor(std::log10(step * factor) + 1e-9);
  const int decimals = static_cast<int>(std::clamp(-exponent, 0.0, 9.0));
  return fmt::format("{:.{}f}{}", value * factor, decimals, percent ? "%" : "");
}

std::string value_label(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "–";
}

}  // namespace convlab
