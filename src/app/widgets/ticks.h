#pragma once

#include <string>
#include <vector>

namespace convlab {

/// An axis whose marks stand at round numbers.
struct Ticks {
  double step = 1;             ///< 1, 2 or 5 times a power of ten
  std::vector<double> values;  ///< from min to max, multiples of step
};

/// At most `max_ticks` (at least 2) marks within [min, max], no closer than `min_step`. An
/// empty, reversed or not finite range gives none.
Ticks choose_ticks(double min, double max, int max_ticks, double min_step = 0);

/// "0.05": with as many decimals as the step needs; percent: "5%".
std::string tick_label(double value, double step, bool percent);

/// For reading off one value: four significant digits, or percent with two decimals; "–" for NaN.
std::string value_label(double value, bool percent);

}  // namespace convlab
