#include "cli/progress.h"

#include <fmt/format.h>
#include <algorithm>

#include "core/format.h"

namespace convlab {

namespace {

std::string training_text(const Snapshot& snapshot) {
  const auto steps = static_cast<double>(snapshot.step - snapshot.epoch * snapshot.steps_per_epoch);
  const double fraction =
      steps / static_cast<double>(std::max<int64_t>(snapshot.steps_per_epoch, 1));
  const int64_t epoch = std::min(snapshot.epoch + 1, snapshot.epochs);
  return fmt::format("epoch {}/{} {} {:.0f} %  loss {}  accuracy {}  {} images/s{}", epoch,
                     snapshot.epochs, bar_text(fraction), 100 * fraction, loss_text(snapshot.loss),
                     percent(snapshot.accuracy), with_commas(snapshot.images_per_second),
                     left_text(snapshot.seconds_left));
}

std::string request_text(const RunningRequest& running) {
  return fmt::format("{} {} {:.0f} %{}", running.name, bar_text(running.progress),
                     100 * running.progress, left_text(running.seconds_left));
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

void Progress::epoch(const EpochResult& result, const Snapshot& snapshot) {
  const char* name = validation_name(snapshot);
  line(fmt::format(
      "epoch {}/{}  loss {}  accuracy {}  {} loss {}  {} accuracy {}  {:.1f} s  {} images/s",
      result.epoch, snapshot.epochs, loss_text(result.train_loss), percent(result.train_accuracy),
      name, loss_text(result.val_loss), name, percent(result.val_accuracy), result.seconds,
      with_commas(result.images_per_second)));
}

void Progress::update(const Snapshot& snapshot) {
  status_.update([&](size_t columns) { return progress_text(snapshot, columns); });
}

}  // namespace convlab
