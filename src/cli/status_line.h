#pragma once

#include <cstdio>
#include <functional>
#include <string>

namespace convlab {

/// Prints lines and, on a terminal, a status below them that is redrawn in place at most ten times
/// per second.
class StatusLine {
 public:
  /// `now` returns seconds of a monotonic clock.
  StatusLine(std::FILE* out, std::function<double()> now);
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;
  ~StatusLine();

  /// Prints a line of text.
  void line(const std::string& text);
  /// Redraws the status if it is due. `text` gets the number of columns that there are.
  void update(const std::function<std::string(size_t)>& text);
  /// Removes the status.
  void clear();

 private:
  std::FILE* out_;
  std::function<double()> now_;
  bool terminal_;
  bool drawn_ = false;
  double next_ = 0;
};

/// Returns a bar of 20 cells for a fraction: "[######              ]".
std::string bar_text(double fraction);
/// Returns "  0:32 left"; empty if the seconds are negative, which means unknown.
std::string left_text(double seconds);

}  // namespace convlab
