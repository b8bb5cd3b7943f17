#include "core/format.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/counted.h"

namespace convlab {

std::string percent(double fraction) {
  return std::isfinite(fraction) ? fmt::format("{:.2f} %", 100 * fraction) : std::string(no_value);
}

std::string score_text(double score, bool is_probability) {
  if (is_probability) return percent(score);
  return std::isfinite(score) ? fmt::format("{:.4f}", score) : std::string(no_value);
}

std::string loss_text(double loss) {
  return std::isfinite(loss) ? fmt::format("{:.4f}", loss) : "NaN";
}

std::string with_commas(double value) {
  std::string text = fmt::format("{:.0f}", std::round(value));
  for (size_t end = text.size(); end > 3 && text[end - 4] != '-'; end -= 3)
    text.insert(end - 3, ",");
  return text;
}

std::string with_commas(double value, std::string_view noun) {
  const std::string text = with_commas(value);
  return fmt::format("{} {}", text, text == "1" ? std::string(noun) : plural(noun));
}

std::string bytes_text(uint64_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB"};
  constexpr double step = 1024;
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / step;
  size_t unit = 0;
  for (; value >= step && unit + 1 < units.size(); ++unit) value /= step;
  return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return std::string(no_value);
  const auto whole = static_cast<int64_t>(std::llround(std::min(seconds, 1e9)));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace convlab
