#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "engine/protocol.h"

namespace convlab {

/// What people see of a training: one line per epoch, and on a terminal a bar below them that is
/// redrawn in place at most ten times a second.
class Progress {
 public:
  /// `now` tells seconds, monotonic.
  Progress(std::FILE* out, std::function<double()> now);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// A line of text.
  void line(const std::string& text);
  void epoch(const EpochResult& result, int64_t epochs);
  /// Draws the bar, if it is time to.
  void update(const Snapshot& snapshot);

 private:
  void clear();

  std::FILE* out_;
  std::function<double()> now_;
  bool terminal_;
  bool drawn_ = false;
  double next_ = 0;
};

/// The bar: "epoch 2/5 [######      ]  41 %  loss 0.1234  accuracy 96.20 %  12,345 images/s  0:32
/// left", in `width` columns at most.
std::string progress_text(const Snapshot& snapshot, size_t width);

}  // namespace convlab
