#pragma once

#include <string>
#include <vector>

namespace convlab {

/// An axis whose marks stand at round numbers.
struct Ticks {
  double step = 1;             ///< 1, 2 or 5 times a power of ten
  std::vector<double> values;  ///< from least to most, multiples of step
};

/// At most `most_ticks` (at least 2) marks within [least, most], no closer than `least_step`. An
/// empty, reversed or not finite range gives none.
Ticks choose_ticks(double least, double most, int most_ticks, double least_step = 0);

/// "0.05": with as many decimals as the step needs; percent: "5%".
std::string tick_label(double value, double step, bool percent);

/// For reading off one value: four significant digits, or percent with two decimals; "–" for NaN.
std::string value_label(double value, bool percent);

}  // namespace convlab
