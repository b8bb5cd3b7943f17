#include "core/format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/counted.h"
#include "core/error.h"

namespace convlab {

std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string percent(double fraction) {
  return std::isfinite(fraction) ? fixed(100 * fraction, 2) + " %" : std::string(no_value);
}

std::string score_text(double score, bool is_probability) {
  if (is_probability) return percent(score);
  return std::isfinite(score) ? fixed(score, 4) : std::string(no_value);
}

std::string loss_text(double loss) { return std::isfinite(loss) ? fixed(loss, 4) : "NaN"; }

std::string with_commas(double value) {
  std::string text = fixed(std::round(value), 0);
  for (size_t end = text.size(); end > 3 && text[end - 4] != '-'; end -= 3)
    text.insert(end - 3, ",");
  return text;
}

std::string with_commas(double value, std::string_view noun) {
  const std::string text = with_commas(value);
  return concat(text, " ", text == "1" ? std::string(noun) : plural(noun));
}

std::string bytes_text(uint64_t bytes) {
  constexpr std::array units{" KiB", " MiB", " GiB", " TiB"};
  constexpr double step = 1024;
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / step;
  size_t unit = 0;
  for (; value >= step && unit + 1 < units.size(); ++unit) value /= step;
  return fixed(value, 1) + units[unit];
}

std::string duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return std::string(no_value);
  const auto whole = static_cast<int64_t>(std::llround(std::min(seconds, 1e9)));
  std::array<char, 64> text{};
  const auto part = [](int64_t value) { return static_cast<long long>(value); };
  if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%lld:%02lld", part(whole / 60), part(whole % 60));
  } else {
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", part(whole / 3600),
                  part(whole / 60 % 60), part(whole % 60));
  }
  return text.data();
}

}  // namespace convlab
