#pragma once

#include <string>
#include <vector>

namespace convlab {

/// The ticks of an axis, at round numbers.
struct Ticks {
  double step = 1;             ///< 1, 2 or 5 times a power of ten
  std::vector<double> values;  ///< from min to max, multiples of step
};

/// Returns at most `max_ticks` (which must be at least 2) ticks in [min, max], no closer than
/// `min_step`; none if the range is empty, reversed or not finite.
Ticks choose_ticks(double min, double max, int max_ticks, double min_step = 0);

/// Formats a tick with as many decimals as the step needs: "0.05", or "5%" if percent.
std::string tick_label(double value, double step, bool percent);

/// Formats a single value with four significant digits; "–" for NaN.
std::string value_label(double value);

}  // namespace convlab
