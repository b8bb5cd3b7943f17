#include "cli/text_chart.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/format.h"

namespace convlab {

namespace {

constexpr size_t label_width = 9;

std::string padded(std::string text) { return fmt::format("{:>{}}", text, label_width); }

/// Formats an end of the x axis with two significant digits: "0.001".
std::string power_text(double value) { return fmt::format("{:.2g}", value); }

/// Maps `value` from the range `first` to `last` to an index from 0 to count - 1.
size_t place(double value, double first, double last, size_t count) {
  const double fraction = last > first ? (value - first) / (last - first) : 0;
  return static_cast<size_t>(
      std::lround(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count - 1)));
}

}  // namespace

std::string text_chart(std::span<const double> x, std::span<const double> y, double max,
                       double mark, size_t width, size_t height) {
  if (x.empty()) return {};
  const double min = *std::min_element(y.begin(), y.end());
  const double top = std::max(std::min(*std::max_element(y.begin(), y.end()), max), min);
  const double first = std::log(x.front());
  const double last = std::log(x.back());
  std::vector<std::string> rows(height, std::string(width, ' '));
  if (mark > 0) {
    const size_t column = place(std::log(mark), first, last, width);
    for (std::string& row : rows) row[column] = '|';
  }
  for (size_t i = 0; i < x.size(); ++i) {
    if (y[i] > top) continue;
    const size_t row = height - 1 - place(y[i], min, top, height);
    rows[row][place(std::log(x[i]), first, last, width)] = '*';
  }
  std::string text;
  for (size_t row = 0; row < height; ++row) {
    const bool labelled = row == 0 || row + 1 == height;
    const std::string label = labelled ? fmt::format("{:.3f}", row == 0 ? top : min) : "";
    text += padded(label) + " |" + rows[row] + "\n";
  }
  const std::string from = power_text(x.front());
  const std::string to = power_text(x.back());
  text += padded("") + " +" + std::string(width, '-') + "\n";
  text += padded("") + "  " + from;
  text += std::string(width - std::min(width, from.size() + to.size()), ' ') + to + "\n";
  return text;
}

}  // namespace convlab
