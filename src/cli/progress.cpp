#include "cli/progress.h"

#include <fmt/format.h>
#include <algorithm>
#include <string_view>
#include <utility>

#include "cli/terminal.h"
#include "core/format.h"

namespace convlab {

namespace {

constexpr double redraw_seconds = 0.1;

std::string bar(double fraction) {
  constexpr double cells = 20;
  const auto full = static_cast<size_t>(cells * std::clamp(fraction, 0.0, 1.0));
  return "[" + std::string(full, '#') + std::string(static_cast<size_t>(cells) - full, ' ') + "]";
}

std::string left(double seconds) { return seconds >= 0 ? "  " + duration(seconds) + " left" : ""; }

std::string training_text(const Snapshot& snapshot) {
  const auto steps = static_cast<double>(snapshot.step - snapshot.epoch * snapshot.steps_per_epoch);
  const double fraction =
      steps / static_cast<double>(std::max<int64_t>(snapshot.steps_per_epoch, 1));
  const int64_t epoch = std::min(snapshot.epoch + 1, snapshot.epochs);
  return fmt::format("epoch {}/{} {} {:.0f} %  loss {}  accuracy {}  {} images/s{}", epoch,
                     snapshot.epochs, bar(fraction), 100 * fraction, loss_text(snapshot.loss),
                     percent(snapshot.accuracy), with_commas(snapshot.images_per_second),
                     left(snapshot.seconds_left));
}

std::string request_text(const RunningRequest& running) {
  return fmt::format("{} {} {:.0f} %{}", running.name, bar(running.progress),
                     100 * running.progress, left(running.seconds_left));
}

}  // namespace

const char* validation_name(const Snapshot& snapshot) {
  return snapshot.validates_on_test ? "test" : "validation";
}

std::string progress_text(const Snapshot& snapshot, size_t width) {
  std::string text =
      snapshot.running.id != 0 ? request_text(snapshot.running) : training_text(snapshot);
  if (text.size() > width) text.resize(width);
  return text;
}

Progress::Progress(std::FILE* out, std::function<double()> now)
    : out_(out), now_(std::move(now)), terminal_(is_terminal(out)) {}

Progress::~Progress() { clear(); }

void Progress::line(const std::string& text) {
  clear();
  std::fprintf(out_, "%s\n", text.c_str());
  std::fflush(out_);
}

void Progress::epoch(const EpochResult& result, const Snapshot& snapshot) {
  const char* name = validation_name(snapshot);
  line(fmt::format(
      "epoch {}/{}  loss {}  accuracy {}  {} loss {}  {} accuracy {}  {:.1f} s  {} images/s",
      result.epoch, snapshot.epochs, loss_text(result.train_loss), percent(result.train_accuracy),
      name, loss_text(result.val_loss), name, percent(result.val_accuracy), result.seconds,
      with_commas(result.images_per_second)));
}

void Progress::update(const Snapshot& snapshot) {
  if (!terminal_ || now_() < next_) return;
  next_ = now_() + redraw_seconds;
  // One column stays free because the cursor would otherwise wrap to the next line.
  std::fprintf(out_, "\r%s\x1b[K", progress_text(snapshot, terminal_columns(out_) - 1).c_str());
  std::fflush(out_);
  drawn_ = true;
}

void Progress::clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", out_);
  std::fflush(out_);
  drawn_ = false;
}

}  // namespace convlab
