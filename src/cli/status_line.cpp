#include "cli/status_line.h"

#include <algorithm>
#include <utility>

#include "cli/terminal.h"
#include "core/format.h"

namespace convlab {

namespace {

constexpr double redraw_seconds = 0.1;

}  // namespace

StatusLine::StatusLine(std::FILE* out, std::function<double()> now)
    : out_(out), now_(std::move(now)), terminal_(is_terminal(out)) {}

StatusLine::~StatusLine() { clear(); }

void StatusLine::line(const std::string& text) {
  clear();
  std::fprintf(out_, "%s\n", text.c_str());
  std::fflush(out_);
}

void StatusLine::update(const std::function<std::string(size_t)>& text) {
  if (!terminal_ || now_() < next_) return;
  next_ = now_() + redraw_seconds;
  // One column stays free because the cursor would otherwise wrap to the next line.
  std::fprintf(out_, "\r%s\x1b[K", text(terminal_columns(out_) - 1).c_str());
  std::fflush(out_);
  drawn_ = true;
}

void StatusLine::clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", out_);
  std::fflush(out_);
  drawn_ = false;
}

std::string bar_text(double fraction) {
  constexpr double cells = 20;
  const auto full = static_cast<size_t>(cells * std::clamp(fraction, 0.0, 1.0));
  return "[" + std::string(full, '#') + std::string(static_cast<size_t>(cells) - full, ' ') + "]";
}

std::string left_text(double seconds) {
  return seconds >= 0 ? "  " + duration(seconds) + " left" : "";
}

}  // namespace convlab
