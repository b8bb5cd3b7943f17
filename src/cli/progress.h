#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <utility>

#include "cli/status_line.h"
#include "engine/protocol.h"

namespace convlab {

/// Prints the progress of training: one line per epoch and, on a terminal, a progress bar below
/// that is redrawn in place at most ten times per second.
class Progress {
 public:
  /// `now` returns seconds of a monotonic clock.
  Progress(std::FILE* out, std::function<double()> now) : status_(out, std::move(now)) {}

  /// Prints a line of text.
  void line(const std::string& text) { status_.line(text); }
  /// Prints the results of an epoch of the run that `snapshot` describes.
  void epoch(const EpochResult& result, const Snapshot& snapshot);
  /// Redraws the bar if it is due.
  void update(const Snapshot& snapshot);
  /// Removes the bar.
  void clear() { status_.clear(); }

 private:
  StatusLine status_;
};

/// Returns what the images are called that a run validates on: "test" or "validation".
const char* validation_name(const Snapshot& snapshot);

/// Returns the bar in at most `width` columns:
/// "epoch 2/5 [######      ] 41 %  loss 0.1234  accuracy 96.20 %  12,345 images/s  0:32 left", or
/// "evaluate [######      ] 41 %  0:32 left" while a request runs.
std::string progress_text(const Snapshot& snapshot, size_t width);

}  // namespace convlab
