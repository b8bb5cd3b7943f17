#include "app/panels/progress_texts.h"

#include <algorithm>
#include <cmath>

#include "app/widgets/ticks.h"
#include "core/counted.h"

namespace convlab {

std::string phase_text(const Snapshot& snapshot) {
  const std::string epochs = std::to_string(snapshot.epochs);
  const std::string epoch =
      "epoch " + std::to_string(std::min(snapshot.epoch + 1, snapshot.epochs)) + " of " + epochs;
  switch (snapshot.state) {
    case RunState::empty:
      return snapshot.error.empty() ? "Preparing…" : "Nothing to train";
    case RunState::ready:
      return "Ready to train";
    case RunState::waiting_for_data:
      return "Waiting for data…";
    case RunState::running:
      return "Training, " + epoch;
    case RunState::paused:
      return "Paused in " + epoch;
    case RunState::finished:
      return "Finished " + counted(snapshot.epochs, "epoch");
    case RunState::failed:
      return "Stopped";
  }
  return {};
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e9) return "–";
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

std::string count_text(int64_t count) {
  std::string text = std::to_string(count);
  const size_t first = text[0] == '-' ? 1 : 0;
  for (size_t i = text.size(); i > first + 3;) {
    i -= 3;
    text.insert(i, ",");
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> number_texts(const Snapshot& snapshot) {
  const std::string none = "–";
  const bool trained = snapshot.step > 0;
  const bool under_way =
      snapshot.state == RunState::running || snapshot.state == RunState::waiting_for_data;
  const bool validated = !snapshot.history.empty();
  const bool fast = std::isfinite(snapshot.images_per_second) && snapshot.images_per_second > 0;
  return {
      {"Loss", trained ? value_label(snapshot.loss, false) : none},
      {"Accuracy", trained ? value_label(snapshot.accuracy, true) : none},
      {"Validation loss", validated ? value_label(snapshot.history.back().val_loss, false) : none},
      {"Validation accuracy",
       validated ? value_label(snapshot.history.back().val_accuracy, true) : none},
      {"Step",
       count_text(snapshot.step) + " of " + count_text(snapshot.steps_per_epoch * snapshot.epochs)},
      {"Images/s",
       fast ? count_text(std::llround(std::min(snapshot.images_per_second, 1e15))) : none},
      {"Time left", under_way ? duration_text(snapshot.seconds_left) : none},
      {"Parameters", snapshot.parameters > 0 ? count_text(snapshot.parameters) : none},
      {"Runs on", snapshot.backend.empty()
                      ? none
                      : snapshot.backend + ", " + counted(snapshot.threads, "thread")},
  };
}

}  // namespace convlab
